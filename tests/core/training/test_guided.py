"""Trainings guided by masks through the real loop: broken off they go on to the same numbers, and in parts too."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from core.contracts.auxiliary_norm import AUXILIARY
from core.contracts.layer import Layer, with_layers
from core.contracts.objective import Objective
from core.layers.auxiliary_batch_norm import AuxiliaryBatchNorm
from core.layers.silu import SiLU
from core.objectives.auxiliary_view import AuxiliaryView
from core.objectives.lime_guided import LimeGuided
from core.objectives.pixel_reweighted import PixelReweighted
from core.training.loop import Training
from core.training.resume import State
from tests.core.training.trainings import SCHEDULE, same
from tests.toys import dataset, small

MASKS = {"cells": 4, "samples": 9, "every": 2, "groups": 2}
VIEW = AuxiliaryView(eps=0.1, steps=2, **MASKS)  # type: ignore[arg-type]
SMOOTH = LimeGuided(adversarial=0.0, clean=1.0, sensitivity=1.0, penalised=0.5, **MASKS)  # type: ignore[arg-type]
MAPS = PixelReweighted(eps=0.1, inside=0.05, steps=2, **MASKS)  # type: ignore[arg-type]
RECIPES: Sequence[tuple[Objective, Sequence[Layer]]] = (
    (VIEW, [AuxiliaryBatchNorm()]),
    (replace(VIEW, mask_source="autoaugment", awp=0.01), [AuxiliaryBatchNorm()]),
    (MAPS, []),
    (replace(MAPS, inside=0.15, instability=1.0, irrelevance=0.0, repeats=2), []),
    (SMOOTH, [SiLU()]),
    (replace(SMOOTH, mask_source="whole"), [SiLU()]),
)


def new(objective: Objective, layers: Sequence[Layer], seed: int = 0, *, norm: bool = True) -> Training:
    return Training(with_layers(small(seed, norm=norm), layers), objective, dataset(), SCHEDULE)


@pytest.mark.parametrize(("objective", "layers"), RECIPES)
def test_a_training_that_was_broken_off_goes_on_to_the_same_numbers(
    objective: Objective, layers: Sequence[Layer], tmp_path: Path
) -> None:
    through = new(objective, layers)
    wanted = list(through)
    first = new(objective, layers)
    steps = iter(first)
    found = [next(steps) for _ in range(8)]
    first.state().save(tmp_path / "state.safetensors")
    again = new(objective, layers, seed=1)
    again.restore(State.load(tmp_path / "state.safetensors"))
    found += list(again)
    assert found == wanted
    same(again.classifier, through.classifier)
    assert again.average is not None
    assert through.average is not None
    same(again.average, through.average)
    assert (through.masks is not None) == objective.due(1)
    assert wanted[-1].loss < wanted[0].loss


@pytest.mark.parametrize(("objective", "layers"), [each for each in RECIPES if each[0] not in (VIEW, RECIPES[1][0])])
def test_a_batch_in_parts_gives_the_same_curve_without_batch_normalisation(
    objective: Objective, layers: Sequence[Layer]
) -> None:
    """With it, each part is normalised by itself, as core.training.loop says."""
    whole, parts = (new(objective, layers, norm=False) for _ in range(2))
    parts.at_once = 20
    for one, other in zip(whole, parts, strict=True):
        assert other.loss == pytest.approx(one.loss, rel=1e-3)


def test_the_second_set_learns_and_the_held_out_images_see_the_first() -> None:
    training = new(VIEW, [AuxiliaryBatchNorm()])
    steps = list(training)
    state = training.classifier.net.state_dict()
    own = {name: value for name, value in state.items() if AUXILIARY in name}
    assert len(own) == 5
    for name, value in own.items():
        plain = state[name.replace(AUXILIARY, "")]
        assert torch.equal(plain, value) == name.endswith("tracked"), name
    assert steps[-1].held["clean"] > 0.9
    mirror = small()
    mirror.net.load_state_dict({name: value for name, value in state.items() if AUXILIARY not in name})
    images = dataset().images[:9].float() / 255
    torch.testing.assert_close(mirror.probabilities(images), training.classifier.probabilities(images))


def test_the_control_on_the_whole_picture_costs_what_it_is_a_control_of() -> None:
    """The same images penalised, the same passes: LIME's own, which the whole picture needs none of, come on top."""
    guided, control = (
        [step.evaluations for step in new(each, [SiLU()])] for each in (SMOOTH, replace(SMOOTH, mask_source="whole"))
    )
    for index in (7, 11):  # steps that make no masks, after some were made
        assert guided[index] - guided[index - 1] == pytest.approx(control[index] - control[index - 1])
    assert guided[6] - guided[5] > control[6] - control[5]
