"""LIME soft labels: targets by another computation on the same tensors, what is shown, and every control."""

from dataclasses import replace

import pytest
import torch
from torch.nn.functional import cross_entropy

from core.contracts.batch import Batch
from core.objectives.lime_soft_label import MEMORY, LimeSoftLabel
from core.objectives.pgd_adversarial import PGDAdversarial
from core.training.augment import augment
from core.training.schedule import Schedule
from tests.toys import CELLS, draw, mapped_batch, separable, small, sure, whole

CUTMIX = LimeSoftLabel(cells=4, masking=1.0, way="cutmix")
COVER = LimeSoftLabel(cells=4, masking=1.0, area=0.5)


def weights(objective: LimeSoftLabel, batch: Batch, hidden: torch.Tensor) -> list[float]:
    """The weight of each image's label, image by image."""
    found = []
    for row in range(len(batch)):
        away = hidden[row].double()
        own = min(max(float((batch.masks[row].double() * (1 - away)).sum()) / 36, 0.0), 1.0)
        if objective.way == "cutmix":
            other = min(max(float((batch.other_masks[row].double() * away).sum()) / 36, 0.0), 1.0)
            own = own / (own + other) if own + other > 0 else 1 - float(away.mean())
        found.append(own if away.any() else 1.0)
    return found


@pytest.mark.parametrize("objective", [COVER, CUTMIX])
def test_images_and_targets_by_another_computation(objective: LimeSoftLabel) -> None:
    batch, classifier = mapped_batch(24), small(norm=False)
    hidden = objective.hidden(batch)
    seen = objective.shown(classifier, batch)
    changed = (seen.images != batch.images).any(dim=1)
    assert (changed & ~hidden).sum() == 0
    fill = batch.others if objective.way == "cutmix" else batch.images.mean(dim=(2, 3), keepdim=True)
    assert torch.equal(seen.images, torch.where(hidden[:, None], fill, batch.images))
    for row, own in enumerate(weights(objective, batch, hidden)):
        wanted = [(1 - own) / 2] * 2 if objective.way == "cells" else [0.0, 0.0]
        if objective.way == "cutmix":
            wanted[batch.other_labels[row]] += 1 - own
        wanted[batch.labels[row]] += own
        assert seen.targets[row].tolist() == pytest.approx(wanted, abs=1e-5)
    if objective.way == "cells":  # 1/K + w (1 - 1/K)
        own = seen.targets.gather(1, batch.labels[:, None])[:, 0]
        assert own.tolist() == pytest.approx([0.5 + 0.5 * each for each in weights(objective, batch, hidden)], abs=1e-5)


@pytest.mark.parametrize("objective", [COVER, CUTMIX])
def test_the_loss_and_the_attack_by_another_formula(objective: LimeSoftLabel) -> None:
    objective = replace(objective, eps=0.05, step=0.02, steps=3)
    batch, classifier = mapped_batch(), small(2, norm=False)
    classifier.net.double()
    batch = replace(batch, images=batch.images.double(), others=batch.others.double())
    seen = objective.shown(classifier, batch)
    attacked = objective.attack(classifier, batch)
    moved = batch.start(0.05, seen.images)
    for _ in range(3):
        moved = moved.detach().requires_grad_(True)
        (slope,) = torch.autograd.grad(cross_entropy(classifier(moved), seen.targets.double()), moved)
        moved = (moved + 0.02 * slope.sign()).clamp(seen.images - 0.05, seen.images + 0.05).clamp(0, 1)
    torch.testing.assert_close(attacked, moved.detach())
    loss, parts = objective.loss(classifier, batch, attacked)
    assert loss.item() == pytest.approx(cross_entropy(classifier(attacked), seen.targets.double()).item(), rel=1e-5)
    assert parts["covered"] == seen.rows.float().mean().item()
    own = torch.tensor(weights(objective, batch, objective.hidden(batch)))
    assert parts["certainty"] == pytest.approx((own * seen.rows).mean().item(), rel=1e-4)


def test_where_nothing_is_covered_it_is_adversarial_training() -> None:
    images, labels = separable(16)
    bare, classifier = whole(images, labels, 4), small(norm=False)
    wanted = PGDAdversarial(eps=0.1)(classifier, bare)[0].item()
    none_yet = replace(mapped_batch(16, 4), masks=torch.zeros(16, 6, 6), other_masks=torch.zeros(16, 6, 6))
    for batch, masking in ((bare, 1.0), (none_yet, 1.0), (mapped_batch(16, 4), 0.0)):
        for way in ("cells", "cutmix"):
            found, _ = LimeSoftLabel(eps=0.1, masking=masking, way=way, cells=4)(classifier, batch)
            assert found.item() == pytest.approx(wanted, rel=1e-5)


def test_what_is_covered_depends_on_no_label_and_no_map() -> None:
    batch = mapped_batch(24)
    other = replace(batch, labels=1 - batch.labels, other_labels=1 - batch.other_labels,
                    masks=batch.masks.flip(1), other_masks=batch.other_masks.flip(2))  # fmt: skip
    for objective in (COVER, CUTMIX):
        for source in ("lime", "shuffled", "random", "area", "constant", "teacher"):
            each = replace(objective, mask_source=source, masking=0.7)
            assert torch.equal(each.shown(small(), batch).images, each.shown(small(), other).images)
            assert torch.equal(
                each.shown(small(), batch).images, replace(objective, masking=0.7).shown(small(), batch).images
            )


def test_by_area_with_even_maps() -> None:
    even = torch.ones(24, 6, 6)
    batch = replace(mapped_batch(24), masks=even, other_masks=even)
    for objective in (COVER, CUTMIX):
        each = replace(objective, mask_source="area")
        area = each.hidden(batch).float().mean(dim=(1, 2))
        own = each.shown(small(), batch).numbers["certainty"]
        torch.testing.assert_close(own, 1 - area)
    assert set(COVER.hidden(batch).float().mean(dim=(1, 2)).tolist()) == {0.5}


def test_what_a_crop_has_cut_away_asks_for_no_less_certainty() -> None:
    images = torch.randint(1, 256, (30, 1, 6, 6), dtype=torch.uint8, generator=torch.Generator().manual_seed(0))
    maps = (draw(30, 4, seed=1) * 2)[:, CELLS].half()
    seen, moved = augment(images, maps, Schedule(crop=2), torch.Generator().manual_seed(1), 0, 30)
    batch = replace(whole(seen, torch.zeros(30).long()), masks=moved)
    shown = COVER.shown(small(), batch)
    inside = (seen[:, 0] > 0) & ~COVER.hidden(batch)  # what is cropped in is black
    for row in range(30):
        left, in_view = 0.0, float(moved[row].sum())
        for y in range(6):
            for x in range(6):
                left += float(moved[row, y, x]) if inside[row, y, x] else 0.0
        assert shown.numbers["certainty"][row].item() == pytest.approx(min(left / in_view, 1.0), abs=1e-4)


def test_one_weight_for_all_is_the_running_mean_of_limes() -> None:
    objective = replace(COVER, mask_source="constant", masking=0.6)
    kept, sums = objective.begin(), [0.0, 0.0]
    assert COVER.begin() == {}
    for seed in range(3):
        batch = replace(mapped_batch(24, seed), kept=kept)
        lime, seen = COVER.altered(small(), batch, torch.ones(24).bool()), objective.shown(small(), batch)
        wanted = sums[0] / sums[1] if sums[1] else 0.5  # in the first step: the visible area
        assert seen.numbers["certainty"][seen.rows].tolist() == pytest.approx([wanted] * int(seen.rows.sum()))
        assert 0 < seen.rows.sum() < 24
        _, parts = objective.loss(small(norm=False), batch, seen.images)
        kept = objective.advance(kept, parts)
        mean = (lime.numbers["certainty"] * seen.rows).sum().item() / 24
        sums = [MEMORY * sums[0] + 0.01 * mean, MEMORY * sums[1] + 0.01 * seen.rows.float().mean().item()]
    assert kept["support"] / kept["covered"] == pytest.approx(sums[0] / sums[1], rel=1e-4)


@pytest.mark.parametrize("way", ["cells", "cutmix"])
def test_the_ceiling_asks_the_averaged_model(way: str) -> None:
    objective = replace(CUTMIX if way == "cutmix" else COVER, mask_source="teacher")
    teacher, batch = sure(5), mapped_batch(24)
    seen = objective.shown(small(6), replace(batch, teacher=teacher))

    def asked(images: torch.Tensor, row: int) -> float:
        empty = images[row].mean(dim=(1, 2), keepdim=True).expand(1, 6, 6)
        whole, some, nothing = (
            teacher.probabilities(each[None])[0].tolist() for each in (images[row], seen.images[row], empty)
        )
        c = 0 if whole[0] > whole[1] else 1
        assert whole[c] - nothing[c] > 0.05
        return min(max((some[c] - nothing[c]) / (whole[c] - nothing[c]), 0.0), 1.0)

    for row in range(24):
        if seen.rows[row]:
            own = asked(batch.images, row)
            if way == "cutmix":
                other = asked(batch.others, row)
                area = 1 - objective.hidden(batch)[row].float().mean().item()
                own = own / (own + other) if own + other > 1e-6 else area
            assert seen.numbers["certainty"][row].item() == pytest.approx(own, abs=1e-4)
