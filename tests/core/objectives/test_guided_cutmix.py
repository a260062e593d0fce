"""CutMix guided by LIME: what is pasted where by another computation, its labels, and its controls."""

from dataclasses import replace

import pytest
import torch

from core.contracts.batch import Batch
from core.objectives.guided_cutmix import GuidedCutMix, chosen_block
from tests.toys import CELLS, draw, mapped_batch, small, whole

ALL = GuidedCutMix(cells=4, masking=1.0, size=0.5)


def telling(count: int = 24) -> Batch:
    """Images of numbers that are all different, so that it shows where a pixel comes from; no two blocks alike."""
    images, others = draw(count, 1, 6, 6, seed=1), draw(count, 1, 6, 6, seed=2)
    batch = whole(images, torch.arange(count) % 2, seed=5)
    maps = draw(count, 6, 6, seed=3) * 2
    return replace(
        batch, masks=maps.roll(1, dims=0), others=others, other_labels=torch.arange(count) % 3 % 2, other_masks=maps
    )


@pytest.mark.parametrize(("source", "sign"), [("lime", 1), ("least", -1)])
def test_the_block_the_place_and_the_labels_by_another_computation(source: str, sign: int) -> None:
    batch = telling()
    seen = replace(ALL, mask_source=source).shown(small(), batch)
    spots = set()
    for row in range(24):
        sums = {
            (y, x): sign * batch.other_masks[row, y : y + 3, x : x + 3].double().sum().item()
            for y in range(4)
            for x in range(4)
        }
        y, x = max(sums, key=lambda place: sums[place])
        block = batch.others[row, 0, y : y + 3, x : x + 3]
        changed = (seen.images[row, 0] != batch.images[row, 0]).nonzero()
        down, right = changed.amin(dim=0).tolist()
        spots.add((down, right))
        wanted = batch.images[row, 0].clone()
        wanted[down : down + 3, right : right + 3] = block
        assert torch.equal(seen.images[row, 0], wanted)
        target = [0.0, 0.0]
        target[batch.labels[row]] += 0.75
        target[batch.other_labels[row]] += 0.25
        assert seen.targets[row].tolist() == pytest.approx(target)
    assert len(spots) > 8  # sixteen places there are


def test_of_equal_blocks_one_is_drawn() -> None:
    even = torch.ones(600, 6, 6)
    top, left = chosen_block(even, 3, 3, draw(600, 4, 4, seed=1))
    counts = torch.zeros(4, 4).index_put((top, left), torch.ones(600), accumulate=True)
    assert counts.min() > 15
    assert counts.max() < 65
    quarter = torch.tensor([0.0, 0.0, 4.0, 0.0])[CELLS].expand(600, -1, -1)
    assert {*zip(*(each.tolist() for each in chosen_block(quarter, 3, 3, draw(600, 4, 4))), strict=True)} == {(3, 0)}


def test_size_place_and_labels_depend_on_no_map() -> None:
    batch = telling()
    other = replace(batch, other_masks=batch.other_masks.flip(1))
    one, two = (ALL.shown(small(), each) for each in (batch, other))
    assert torch.equal(one.targets, two.targets)
    assert torch.equal(one.images != batch.images, two.images != batch.images)
    assert not torch.equal(one.images, two.images)  # what is pasted does


def test_an_image_whose_partner_has_no_map_is_left_alone() -> None:
    batch = telling()
    batch.other_masks[::2] = 0
    batch.masks[1::2] = 0  # its own is not needed
    seen = ALL.shown(small(), batch)
    assert seen.rows.tolist() == [False, True] * 12
    assert torch.equal(seen.images[::2], batch.images[::2])
    assert set(seen.targets[::2].flatten().tolist()) == {0.0, 1.0}


def test_a_share_of_the_images_and_any_size() -> None:
    batch = mapped_batch(64)
    seen = replace(ALL, masking=0.3).shown(small(), batch)
    assert 0.1 < seen.rows.float().mean() < 0.5
    for size in (0.1, 0.9):
        changed = replace(ALL, size=size).shown(small(), telling(8))
        own = changed.targets.amax(dim=1)
        assert ((changed.images != telling(8).images).sum(dim=(1, 2, 3)) == max(1, round(size * 6)) ** 2).all()
        assert own.min() >= 0.5
    with pytest.raises(ValueError, match="expected other images and their maps"):
        ALL.shown(small(), replace(batch, others=None))
