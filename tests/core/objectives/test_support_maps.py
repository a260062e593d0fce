"""Trainings that keep LIME's maps: whose answer they explain, their controls; neither a break nor a cut matters."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch import Tensor

from core.contracts.batch import Batch, stream
from core.contracts.classifier import Classifier
from core.contracts.objective import Loss, Objective
from core.distributed.fabric import make_fabric
from core.objectives._altered_images import AlteredImages
from core.objectives._support_maps import SupportMaps
from core.objectives.cross_entropy import CrossEntropy
from core.objectives.guided_cutmix import GuidedCutMix
from core.objectives.hardness_erasing import HardnessErasing
from core.objectives.lime_soft_label import LimeSoftLabel
from core.objectives.masked_consistency import MaskedConsistency
from core.occlusion.lime_engine import explain_batch
from core.training import mask_refresh
from core.training.loop import Training
from core.training.mask_refresh import refreshed
from core.training.resume import State
from tests.core.training.trainings import SCHEDULE, same
from tests.toys import CELLS, dataset, separable, small, sure, whole

TINY = {"eps": 0.1, "step": 0.05, "steps": 2, "cells": 4, "samples": 9, "first": 0, "every": 2, "groups": 2}
TRIED: list[SupportMaps] = [
    LimeSoftLabel(**TINY), LimeSoftLabel(way="cutmix", **TINY), LimeSoftLabel(fill="patch", **TINY),
    LimeSoftLabel(mask_source="constant", **TINY), LimeSoftLabel(mask_source="teacher", way="cutmix", **TINY),
    MaskedConsistency(**TINY), GuidedCutMix(**TINY), HardnessErasing(**TINY),
]  # fmt: skip
NAMES = [f"{each.key}-{each.mask_source}-{number}" for number, each in enumerate(TRIED)]


def begun(objective: Objective, norm: bool = True) -> Training:
    """A training of two epochs of three steps, of a network that LIME finds something in."""
    return Training(sure(norm=norm), objective, dataset(), replace(SCHEDULE, epochs=2, held_out=160))


class Watching(CrossEntropy):
    """Cross-entropy that notes whom it could ask as a teacher."""

    def __init__(self, given: list[Classifier | None]) -> None:
        object.__setattr__(self, "given", given)

    def loss(self, classifier: Classifier, batch: Batch, attacked: Tensor | None) -> Loss:
        self.given.append(batch.teacher)  # type: ignore[attr-defined]
        return super().loss(classifier, batch, attacked)


def maps_of(objective: Objective, teacher: int = 1, labels: Tensor | None = None, count: int = 40) -> Tensor:
    data = dataset(count)
    data = data if labels is None else replace(data, labels=labels)
    made, _ = refreshed(objective, small(0), sure(teacher), data, None, 0, 0, make_fabric("cpu"))
    assert made is not None
    return made


@pytest.mark.parametrize("near", [True, False])
def test_a_map_is_limes_for_the_teachers_own_answer(near: bool) -> None:
    """Asked once, without noise: the weights of the engine for the class that the teacher names, over their sum."""
    teacher, (images, _) = sure(0), separable(12)
    answers = teacher.probabilities(images).argmax(dim=1)
    batch = whole(images, 1 - answers, seed=7)
    found = LimeSoftLabel(repeats=1, noise=0.0, cells=4, near=near).refresh(small(0), teacher, batch, 0)
    mean = images.mean(dim=(2, 3), keepdim=True).expand_as(images)
    with teacher.frozen():
        fit = explain_batch(teacher, images, answers, CELLS.expand(12, -1, -1), mean, samples=33, near=near,
                            seed=stream(7, "masks", 0) % 2**31)  # fmt: skip
    for row in range(12):
        total = fit.weights[row].sum()
        wanted = (fit.weights[row] / total * 4)[CELLS] if total >= 0.05 else torch.ones(6, 6).double()
        torch.testing.assert_close(found[row].double(), wanted, rtol=2e-3, atol=2e-3)
    assert found.dtype == torch.float16
    assert (found != 1).any()
    other = LimeSoftLabel(repeats=1, noise=0.0, cells=4, near=not near).refresh(small(0), teacher, batch, 0)
    assert not torch.equal(found, other)


def test_the_true_label_plays_no_part_unless_asked_for() -> None:
    labels = dataset(40).labels
    for explained, alike in (("teacher", True), ("free", True), ("true", False)):
        objective = LimeSoftLabel(explained=explained, groups=1, first=0, cells=4, samples=9)
        found = [maps_of(objective, labels=each) for each in (labels, 1 - labels)]
        assert torch.equal(*found) == alike, explained


@pytest.mark.parametrize("kind", [LimeSoftLabel, MaskedConsistency])
def test_the_controls_have_limes_maps_in_the_wrong_place(kind: type[SupportMaps]) -> None:
    lime, shuffled, dealt = (
        maps_of(kind(mask_source=source, groups=1, first=0, cells=4, samples=9, noise=0.05)).float()
        for source in ("lime", "shuffled", "random")
    )
    assert sorted(lime.flatten(1).tolist()) == sorted(shuffled.flatten(1).tolist())
    assert not torch.equal(lime, shuffled)
    assert torch.equal(lime.flatten(1).sort(dim=1).values, dealt.flatten(1).sort(dim=1).values)
    moved = (lime != dealt).flatten(1).any(dim=1)
    assert moved.float().mean() > 0.3  # many have an even map
    assert maps_of(kind(mask_source=kind.even[0], groups=1, first=0)).unique().tolist() == [1.0]


def test_images_take_turns() -> None:
    objective = GuidedCutMix(first=1, every=3, groups=2)
    assert [objective.due(epoch) for epoch in range(6)] == [False, True, False, False, True, False]
    both = [objective.rows(31, epoch, 5) for epoch in (1, 4)]
    assert torch.equal(torch.cat(both).sort().values, torch.arange(31))
    assert objective.unguided(2) == ""
    assert objective.unguided(1).startswith("No map is made: the first would be after 1 epochs")


@pytest.mark.parametrize("source", ["lime", "shuffled", "random"])
def test_maps_do_not_depend_on_how_the_work_is_cut(source: str, monkeypatch: pytest.MonkeyPatch) -> None:
    objective = LimeSoftLabel(mask_source=source, groups=1, first=0, cells=4, samples=9)
    found = maps_of(objective)
    monkeypatch.setattr(mask_refresh, "PART", 7)
    torch.testing.assert_close(maps_of(objective), found, rtol=2e-3, atol=2e-3)
    made, _ = refreshed(objective, small(0), sure(1), dataset(40), None, 0, 0, make_fabric("cpu"), 7)
    torch.testing.assert_close(made, found, rtol=2e-3, atol=2e-3)


def test_maps_that_tell_the_label_are_found_out() -> None:
    labels = torch.arange(300) % 2
    telling = torch.where(labels[:, None, None] == 0, CELLS % 2, 1 - CELLS % 2).half() * 2
    found = HardnessErasing().audit(telling, None, labels)
    assert found["leak_low"] > 0.9 > found["chance"]
    assert found["told"] == 1
    mixed = telling[torch.randperm(300, generator=torch.Generator().manual_seed(0))]
    assert HardnessErasing().audit(mixed, None, labels)["leak_low"] < 0.6


@pytest.mark.parametrize("objective", TRIED, ids=NAMES)
def test_a_real_training_goes_on_as_if_it_had_not_stopped(objective: SupportMaps, tmp_path: Path) -> None:
    full, part, going = (begun(objective) for _ in range(3))
    steps = list(full)
    assert len(steps) == 6
    assert steps[0].masks["reached"] == pytest.approx(0.5)
    assert steps[0].masks["told"] > 0.3 or objective.mask_source in objective.even
    if "covered" in steps[0].parts:
        assert sum(step.parts["covered"] for step in steps) > 0.3
    for _, _step in zip(range(4), part, strict=False):
        pass
    part.state().save(tmp_path / "state.safetensors")
    going.restore(State.load(tmp_path / "state.safetensors"))
    rest = list(going)
    assert [step.loss for step in rest] == [step.loss for step in steps[4:]]
    same(full.classifier, going.classifier)


@pytest.mark.parametrize("objective", TRIED, ids=NAMES)
def test_a_step_in_parts_is_the_step(objective: SupportMaps) -> None:
    losses = []
    for at_once in (32, 9):
        training = begun(objective, norm=False)
        training.at_once = at_once
        losses.append([step.loss for _, step in zip(range(4), training, strict=False)])
    assert losses[0] == pytest.approx(losses[1], rel=1e-4)


def test_a_step_can_ask_the_averaged_weights_and_its_parts_too() -> None:
    training, given = begun(LimeSoftLabel(**TINY)), list[Classifier | None]()
    training.objective, training.at_once = Watching(given), 9
    next(iter(training))
    assert training.average is not None
    assert given == [training.average] * 4


@pytest.mark.parametrize("kind", [LimeSoftLabel, GuidedCutMix, HardnessErasing])
def test_where_no_image_is_altered_lime_is_not_asked(kind: type[AlteredImages]) -> None:
    """So the unguided twin pays for no explanation."""
    assert [epoch for epoch in range(9) if kind(masking=0.5).due(epoch)]
    assert not [epoch for epoch in range(9) if kind(masking=0.0).due(epoch)]
    assert kind(masking=0.0).unguided(9).startswith("No image is altered.")
    assert kind(masking=0.5).unguided(9) == ""
