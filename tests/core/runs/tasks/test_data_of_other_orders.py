"""Data whose classes stand in another order than the model's: the numbers are those of the right order; it is said."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from core.base import run_folder
from core.catalog import load_classifier
from core.runs import files
from core.runs.context import Context
from core.runs.run import Run
from core.runs.status import Status, write_status
from core.runs.tasks import TASKS

MODEL = "mnist_cnn:standard"


def done(place: Path, task: str, **arguments: Any) -> tuple[Any, tuple[str, ...]]:
    """Result and notes of a run of a task, here."""
    run = Run(place / task)
    run.folder.mkdir()
    files.write_json(run.folder / run_folder.SPEC, {"task": task, "arguments": arguments})
    write_status(run.folder, Status())
    found = TASKS[task](Context(run.folder), arguments)
    return found, run.status.notes


@pytest.mark.parametrize("task", ["evaluate", "compare"])
def test_the_labels_follow_the_names(task: str, tmp_path: Path) -> None:
    model = load_classifier(MODEL)
    pixels = np.random.default_rng(0).integers(0, 256, (12, 28, 28), np.uint8)
    truth = model.probabilities(torch.from_numpy(pixels)[:, None].float() / 255).argmax(dim=1).numpy()
    np.savez(tmp_path / "x.npz", test_images=pixels, test_labels=9 - truth, classes=np.array(model.labels[::-1]))
    data = str(tmp_path / "x.npz")
    if task == "evaluate":
        found, notes = done(tmp_path, task, classifiers=[MODEL], data=data)
        assert (found["models"][0]["correct"], found["count"]) == (12, 12)
    else:
        attack = {"method": "fgsm", "eps": 0.1}
        found, notes = done(tmp_path, task, before=MODEL, after=MODEL, data=data, attack=attack, count=12)
        assert found["before"]["accuracy"][0][0] == 1.0
    assert notes == (
        "The classes of the data stand in another order than the model's, and were matched by their names.",
    )


@pytest.mark.parametrize("task", ["evaluate", "compare"])
@pytest.mark.parametrize(
    "odd", [{"count": "all"}, {"count": 0}, {"batch": 1.5}, {"batch": True}, {"count": -(10**400)}], ids=str
)
def test_counts_that_cannot_be(task: str, odd: dict[str, Any], tmp_path: Path) -> None:
    of = (
        {"classifiers": [MODEL]}
        if task == "evaluate"
        else {"before": MODEL, "after": MODEL, "attack": {"method": "fgsm"}}
    )
    with pytest.raises(ValueError, match="to be a whole number from 1"):
        done(tmp_path, task, data="mnist", **of, **odd)
