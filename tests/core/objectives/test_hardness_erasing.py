"""Erasing as hard as wanted: which of the erasings is kept by brute force, how hard it gets, and its controls."""

from dataclasses import replace

import pytest
import torch

from core.objectives._support_maps import uniform
from core.objectives.hardness_erasing import HardnessErasing
from core.occlusion.rectangles import TRIES, erasing_rectangles
from tests.toys import draw, mapped_batch, small

ALL = HardnessErasing(cells=4, masking=1.0)


@pytest.mark.parametrize(("trained", "wanted"), [(0.0, 0.1), (0.5, 0.225), (1.0, 0.35)])
def test_the_one_whose_lost_support_is_nearest_is_kept(trained: float, wanted: float) -> None:
    batch = replace(mapped_batch(24), trained=trained)
    seen = ALL.shown(small(), batch)
    boxes = erasing_rectangles(batch.draw("erasings", uniform, (8, 2 * TRIES + 2)), 6, 6)
    noise = batch.draw("fill", uniform)
    for row in range(24):
        lost = [(batch.masks[row].double() * box).sum().item() / 36 for box in boxes[row]]
        gaps = [abs(each - wanted) for each in lost]
        kept = boxes[row, gaps.index(min(gaps))]
        assert torch.equal(seen.images[row, 0], torch.where(kept, noise[row, 0], batch.images[row, 0]))
        assert seen.numbers["lost"][row].item() == pytest.approx(lost[gaps.index(min(gaps))], abs=1e-6)
    assert torch.equal(seen.targets.argmax(dim=1), batch.labels)
    assert seen.targets.max() == 1


def test_it_gets_harder_and_eight_come_nearer_than_one() -> None:
    batch = mapped_batch(200)
    hardness, off = [], {}
    for trained in (0.0, 1.0):
        seen = ALL.shown(small(), replace(batch, trained=trained))
        hardness.append(seen.numbers["lost"].mean().item())
    for draws in (1, 8):
        seen = replace(ALL, draws=draws).shown(small(), replace(batch, trained=1.0))
        off[draws] = (seen.numbers["lost"] - 0.35).abs().mean().item()
    assert hardness[0] == pytest.approx(0.1, abs=0.04)
    assert hardness[1] == pytest.approx(0.35, abs=0.06)
    assert off[8] < off[1] / 3


def test_the_control_of_one_draw_takes_the_first_whatever_the_maps() -> None:
    batch = mapped_batch(24)
    other = replace(batch, masks=draw(24, 6, 6, seed=9), trained=1.0)
    one = replace(ALL, mask_source="one")
    found = [one.shown(small(), each).images for each in (batch, other)]
    assert torch.equal(*found)
    boxes = erasing_rectangles(batch.draw("erasings", uniform, (8, 2 * TRIES + 2)), 6, 6)[:, 0]
    assert torch.equal((found[0] != batch.images)[:, 0], boxes)
    assert not torch.equal(ALL.shown(small(), batch).images, ALL.shown(small(), other).images)


def test_images_without_a_map_are_left_alone_and_others_keep_their_labels() -> None:
    batch = mapped_batch(24)
    batch.masks[::2] = 0
    seen = ALL.shown(small(), batch)
    assert seen.rows.tolist() == [False, True] * 12
    assert torch.equal(seen.images[::2], batch.images[::2])
    loss, parts = ALL.loss(small(norm=False), batch, seen.images)
    assert parts["covered"] == 0.5
    assert parts["lost"] == pytest.approx((seen.numbers["lost"][1::2].sum() / 24).item(), rel=1e-5)
    assert loss.item() > 0


def test_pairs_are_asked_for_by_patches_alone() -> None:
    assert not ALL.pairs
    assert replace(ALL, fill="patch").pairs
    batch = mapped_batch(12)
    seen = replace(ALL, fill="patch").shown(small(), batch)
    changed = seen.images != batch.images
    assert torch.equal(seen.images[changed], batch.others[changed])
