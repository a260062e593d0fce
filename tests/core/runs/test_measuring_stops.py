"""A comparison and an evaluation hear a stop at any moment: while data are fetched, and inside the first batch."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from core.attacks.pgd import PGD
from core.base import run_folder
from core.base.params import to_spec
from core.catalog import load_classifier
from core.contracts.interfaces import Images, Progress
from core.robustness.cells import AS_THEY_ARE
from core.runs import files
from core.runs.context import Context, Stopped
from core.runs.status import Status, write_status
from core.runs.tasks import TASKS
from core.runs.tasks import compare as comparing
from core.runs.tasks import evaluate as evaluation

NAME = "mnist_cnn:standard"
ASKED: dict[str, dict[str, Any]] = {
    "compare": {"before": NAME, "after": NAME, "attack": to_spec(PGD(steps=2)), "batch": 2, "count": 4},
    "evaluate": {
        "classifiers": [NAME],
        "attacks": [to_spec(PGD(steps=2))],
        "strengths": [8 / 255],
        "batch": 2,
        "count": 4,
    },
}
DIGITS = Images(
    torch.from_numpy(np.random.default_rng(0).integers(0, 256, (8, 1, 28, 28), np.uint8)), torch.arange(8),
    tuple("0123456789"),
)  # fmt: skip


def context_of(folder: Path, task: str) -> tuple[Context, dict[str, Any]]:
    """A run that has just been started."""
    asked = ASKED[task] | {"data": "mnist"}
    files.write_json(folder / run_folder.SPEC, {"task": task, "arguments": asked})
    write_status(folder, Status("starting"))
    made = Context(folder)
    made.recover()
    return made, asked


def test_a_stop_that_came_earlier_is_told_at_once(tmp_path: Path) -> None:
    context, _ = context_of(tmp_path, "evaluate")
    told: list[str] = []
    context.on_stop(told.append)
    assert told == []
    files.write_json(tmp_path / run_folder.STOP, {"how": "save"})
    context.on_stop(told.append)
    assert told == ["save"]


@pytest.mark.parametrize("task", list(ASKED))
def test_a_stop_while_data_are_fetched(tmp_path: Path, task: str, monkeypatch: pytest.MonkeyPatch) -> None:
    context, asked = context_of(tmp_path, task)
    states = []

    def load(*_: Any, progress: Progress, **__: Any) -> Images:
        context._wrote = 0.0
        progress(0.5, "Fetching the files of MNIST")
        states.append((context.status.state, context.status.said))
        assert context.listeners, "someone listens while data are fetched"
        files.write_json(tmp_path / run_folder.STOP, {"how": "save"})
        for call in context.listeners:  # as the thread that listens does, once
            call("save")
        return DIGITS

    monkeypatch.setattr(comparing if task == "compare" else evaluation, "load_data", load)
    with pytest.raises(Stopped):
        TASKS[task](context, asked)
    assert states == [("starting", "Fetching the files of MNIST")]
    assert files.read_rows(tmp_path / run_folder.METRICS) == []


@pytest.mark.parametrize("task", list(ASKED))
def test_a_stop_inside_the_first_batch(tmp_path: Path, task: str, monkeypatch: pytest.MonkeyPatch) -> None:
    context, asked = context_of(tmp_path, task)
    # only what is right is attacked
    answers = load_classifier(NAME).probabilities(DIGITS.images.float() / 255).argmax(dim=1)
    right = Images(DIGITS.images, answers, DIGITS.classes)
    monkeypatch.setattr(comparing if task == "compare" else evaluation, "load_data", lambda *_, **__: right)
    plain, passes = PGD.__call__, []

    def attacked(self: PGD, *given: Any, **more: Any) -> torch.Tensor:
        passes.append(1)
        for call in context.listeners:
            call("now")
        return plain(self, *given, **more)

    monkeypatch.setattr(PGD, "__call__", attacked)
    with pytest.raises(Stopped):
        TASKS[task](context, asked)
    assert len(passes) <= 2  # the first may be of strength 0, which makes no pass
    rows = files.read_rows(tmp_path / run_folder.METRICS)
    assert [row for row in rows if row.get("attack", 0) != AS_THEY_ARE] == []
