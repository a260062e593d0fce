"""The controls of guidance: as much of each image, but nothing that an explanation found."""

from dataclasses import fields

import torch

from core.catalog import OBJECTIVES
from core.contracts.batch import stream
from core.objectives._guided import Guided
from core.spurious.controls import CONTROLS, gradient_parts, random_parts, shuffled_masks
from core.spurious.regions import SOURCES
from tests.toys import separable, whole


def test_every_source_of_regions_but_lime_is_a_control_and_called_one() -> None:
    known: dict[str, str] = {}
    for kind in (each for each in OBJECTIVES.values() if issubclass(each, Guided)):
        choices = choices_of(kind)
        assert set(SOURCES) <= set(choices), kind.key
        for source, words in choices.items():
            named = kind(mask_source=source).named
            assert ("control" in named) == ("(control)" in words), f"{kind.key} from {source}"
            assert ("control" in named) == (source != "lime"), f"{kind.key} from {source}"
        known |= choices
    assert set(known) - {"lime"} == set(CONTROLS)


def choices_of(kind: type[Guided]) -> dict[str, str]:
    (entry,) = (each for each in fields(kind) if each.name == "mask_source")
    return dict(entry.metadata["choices"])


def test_random_parts_are_drawn_for_each_image_whatever_the_others_have() -> None:
    batch, used = whole(*separable(6), seed=5), torch.ones(6, 9, dtype=torch.bool)
    found = random_parts(batch, used, cells=9, area=1 / 3)
    assert found.sum(dim=1).tolist() == [3] * 6
    assert len({tuple(row) for row in found.tolist()}) > 1
    more = torch.cat([used, torch.zeros(6, 4, dtype=torch.bool)], dim=1)  # another image is cut into 13
    more[5] = True
    again = random_parts(batch, more, cells=9, area=1 / 3)
    assert torch.equal(again[:5, :9], found[:5])
    assert again[5].sum() == 4
    assert torch.equal(random_parts(batch.rows(2, 4), used[2:4], cells=9, area=1 / 3), found[2:4])


def test_random_parts_by_their_draws() -> None:
    batch = whole(*separable(3), seed=5)
    drawn = torch.rand(3, 16, generator=torch.Generator().manual_seed(stream(5, "regions")))[:, :4]
    found = random_parts(batch, torch.ones(3, 4, dtype=torch.bool), cells=4, area=0.25)
    assert found.int().argmax(dim=1).tolist() == drawn.argmax(dim=1).tolist()


def test_the_steepest_parts_are_chosen_but_no_flat_one() -> None:
    sensitive, used = torch.tensor([[1.0, 4.0, 2.0, 3.0], [0.0, 0.0, 5.0, 0.0]]), torch.ones(2, 4, dtype=torch.bool)
    assert gradient_parts(sensitive, used, 0.5).tolist() == [[False, True, False, True], [False, False, True, False]]


def test_shuffled_masks_are_the_same_masks_and_none_keeps_its_own() -> None:
    masks = torch.eye(40, dtype=torch.bool).view(40, 4, 10)
    for seed in range(20):
        owners = shuffled_masks(masks, seed).flatten(1).int().argmax(dim=1)
        assert torch.equal(owners.sort().values, torch.arange(40))
        assert not (owners == torch.arange(40)).any()
    assert not torch.equal(shuffled_masks(masks, 1), shuffled_masks(masks, 2))
