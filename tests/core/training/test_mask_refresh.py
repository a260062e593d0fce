"""Masks made during a training: in any parts the same, in turns, and shuffled for the control."""

import pytest
import torch

from core.distributed.fabric import make_fabric
from core.objectives.lime_guided import LimeGuided
from core.training import mask_refresh as refresh
from core.training.loop import Training
from core.training.schedule import Schedule
from tests.toys import dataset, small


@pytest.mark.parametrize("source", ["lime", "random", "gradient", "shuffled"])
def test_masks_do_not_depend_on_how_the_work_is_cut(source: str, monkeypatch: pytest.MonkeyPatch) -> None:
    made = []
    for size in (500, 7):
        monkeypatch.setattr(refresh, "PART", size)
        objective = LimeGuided(mask_source=source, cells=4, samples=9, repeats=2, first=0)
        training = Training(small(), objective, dataset(60), Schedule(batch=16, held_out=0, bf16=False, crop=0))
        next(iter(training))
        made.append(training.masks)
    assert torch.equal(*made)


def test_images_take_turns_and_the_others_keep_their_masks() -> None:
    objective = LimeGuided(mask_source="random", groups=4, every=2, first=1, cells=4)
    turns = [objective.rows(103, epoch, 5) for epoch in (1, 3, 5, 7, 9)]
    assert torch.equal(torch.cat(turns[:4]).sort().values, torch.arange(103))
    assert torch.equal(turns[0], turns[4])
    assert [objective.due(epoch) for epoch in range(4)] == [False, True, False, True]
    before = torch.ones(103, 6, 6, dtype=torch.bool)
    masks, told = refresh.refreshed(objective, small(), small(), dataset(103), before, 3, 5, make_fabric("cpu"))
    kept = torch.ones(103, dtype=torch.bool)
    kept[turns[1]] = False
    assert masks[kept].all()
    assert masks[turns[1]].flatten(1).float().mean(dim=1).tolist() == [0.25] * len(turns[1])
    assert told["drift"] == pytest.approx(0.75)
    assert told["size"] == pytest.approx(0.25)


def test_shuffled_masks_are_limes_on_other_images() -> None:
    made = []
    for source in ("lime", "shuffled"):
        objective = LimeGuided(mask_source=source, cells=9, samples=17, repeats=2)
        made.append(refresh.refreshed(objective, small(), small(), dataset(90), None, 0, 0, make_fabric("cpu"))[0])
    lime, shuffled = made
    assert not torch.equal(lime, shuffled)
    assert sorted(mask.flatten().tolist() for mask in lime) == sorted(mask.flatten().tolist() for mask in shuffled)
