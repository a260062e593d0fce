"""A training broken off goes on to the same curve, whenever it was; its state is that of one run, and no pickle."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from core.base.cancellation import Cancelled, CancelScope
from core.base.paths import ROOT
from core.checkpoints import tensor_files
from core.contracts.objective import Objective
from core.objectives.fast_adversarial import FastAdversarial
from core.objectives.pgd_adversarial import PGDAdversarial
from core.objectives.trades import Trades
from core.training.loop import Training
from core.training.resume import State
from core.training.step import TrainingStep
from tests.core.training.trainings import GUIDED, SCHEDULE, Masking, new, same


@pytest.mark.parametrize("stop", [3, 6, 13])  # in the middle of an epoch, at its end, late
@pytest.mark.parametrize(
    "objective", [PGDAdversarial(steps=2, awp=0.01, awp_after=1), Trades(steps=2), Masking(), GUIDED], ids=type
)
def test_a_run_that_was_broken_off_goes_on_to_the_same_curve(objective: Objective, stop: int, tmp_path: Path) -> None:
    through = new(objective, dropout=0.3)
    wanted = list(through)
    first = new(objective, dropout=0.3)
    steps: Iterator[TrainingStep] = iter(first)
    found = [next(steps) for _ in range(stop)]
    first.state().save(tmp_path / "state.safetensors")
    torch.rand(17)  # other numbers drawn in between do not matter
    again = new(objective, seed=1, dropout=0.3)  # other first weights: all are replaced
    again.restore(State.load(tmp_path / "state.safetensors"))
    found += list(again)
    assert found == wanted
    same(again.classifier, through.classifier)
    assert again.average is not None
    assert through.average is not None
    same(again.average, through.average)
    assert again.validation.best is not None
    assert through.validation.best is not None
    assert (again.validation.best.epoch, again.validation.best.score) == (
        through.validation.best.epoch,
        through.validation.best.score,
    )
    for name, value in through.validation.best.weights.items():
        assert torch.equal(value, again.validation.best.weights[name])


@pytest.mark.parametrize("passes", range(0, 60, 4))
def test_a_stop_at_any_pass_loses_and_doubles_nothing(passes: int) -> None:
    objective = PGDAdversarial(steps=2, awp=0.01)
    wanted = list(new(objective, replace(SCHEDULE, epochs=2), dropout=0.3))
    training, found, seen = new(objective, replace(SCHEDULE, epochs=2), dropout=0.3), [], 0

    def count(*_: object) -> None:
        nonlocal seen
        seen += 1
        if seen > passes:
            scope.stop()

    with pytest.raises(Cancelled), CancelScope(watcher=count) as scope:
        found += list_into(found, training)
    again = new(objective, replace(SCHEDULE, epochs=2), dropout=0.3)
    again.restore(training.state())
    found += list(training)
    assert found == wanted
    assert found[-1] == list(again)[-1]
    same(training.classifier, again.classifier)


def list_into(found: list[TrainingStep], training: Training) -> list[TrainingStep]:
    for step in training:
        found.append(step)
    return []


def test_a_state_is_read_however_large_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The cap is for files from outside; a run that wrote more than that must be able to go on."""
    monkeypatch.setattr(tensor_files, "LARGEST", 100)
    path, training = tmp_path / "state.safetensors", new(FastAdversarial())
    training.state().save(path)
    with pytest.raises(ValueError, match="larger than"):
        tensor_files.read_tensors(path)
    new(FastAdversarial()).restore(State.load(path))


def test_a_state_is_not_a_pickle_and_says_of_which_run_it_is(tmp_path: Path) -> None:
    training = new(FastAdversarial())
    next(iter(training))
    path = tmp_path / "state.safetensors"
    training.state().save(path)
    assert path.read_bytes()[8:9] == b"{"
    with pytest.raises(ValueError, match=r"of another run: objective eps 0.03\d* instead of 0.02"):
        new(FastAdversarial(eps=0.02)).restore(State.load(path))
    with pytest.raises(ValueError, match="schedule seed 0 instead of 4"):
        new(FastAdversarial(), replace(SCHEDULE, seed=4)).restore(State.load(path))
    with pytest.raises(ValueError, match="bytes|state of a training run|safetensors"):
        State.load(ROOT / "pyproject.toml")


def test_a_state_from_before_a_parameter_was_renamed_goes_on(tmp_path: Path) -> None:
    """`groups` of LIME-guided refinement was called `turns`; another number is another run under either name."""
    first = new(GUIDED)
    next(iter(first))
    first.state().save(tmp_path / "state.safetensors")
    state = State.load(tmp_path / "state.safetensors")
    earlier = state.facts["spec"]["objective"]
    earlier["turns"] = earlier.pop("groups")
    again = new(GUIDED)
    again.restore(state)
    assert again.done == 1
    earlier["turns"] += 1
    with pytest.raises(ValueError, match="the saved state is of another run: objective groups"):
        new(GUIDED).restore(state)
