"""Refinements of toys in forks of the test's process: what is asked, objectives made up, how runs are compared."""

import importlib
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from core.catalog import OBJECTIVES
from core.checkpoints import tensor_files
from core.contracts.batch import Batch
from core.contracts.classifier import Classifier
from core.contracts.objective import Loss, Objective
from core.objectives.cross_entropy import CrossEntropy
from core.refinement import request as refinement
from core.runs.context import Context
from core.runs.store import Run, Store
from core.runs.tasks.refine import refine
from core.training.loop import Training
from tests.core.runs.doubles import Forks, until
from tests.toys import dataset, small

SCHEDULE = {"epochs": 3, "batch": 32, "lr": 0.1, "crop": 1, "flip": False, "bf16": False, "held_out": 64, "ema": 0.9}
STEPS = 18  # 192 images to learn from
ASKED: dict[str, Any] = {"base": "mnist_cnn:standard", "data": "toys", "schedule": SCHEDULE}


@dataclass(frozen=True)
class Guided(Objective):
    """Keeps the bright pixels of each image as its mask; slow where a test wants to look inside."""

    key = "guided"
    pause: float = 0.0

    def due(self, epoch: int) -> bool:
        return epoch % 2 == 0

    def refresh(self, classifier: Classifier, teacher: Classifier, batch: Batch, epoch: int) -> Tensor | None:
        for _ in range(100 if self.pause else 1):
            time.sleep(self.pause)
            classifier.probabilities(batch.images[:1])
        return batch.images[:, 0] > 0.5

    def audit(self, masks: Tensor, before: Tensor | None, labels: Tensor) -> Mapping[str, float]:
        return {"size": masks.float().mean().item(), "empty": 0.0}

    def loss(self, classifier: Classifier, batch: Batch, attacked: Tensor | None) -> Loss:
        return CrossEntropy().loss(classifier, batch, None)


class Bounded(CrossEntropy):
    """Needs more memory than there is for parts above `room` images."""

    key = "bounded"
    room = 10
    error: Exception = MemoryError()

    def loss(self, classifier: Classifier, batch: Batch, attacked: Tensor | None) -> Loss:
        if len(batch) > self.room:
            raise self.error
        return super().loss(classifier, batch, attacked)


def lone(context: Context, arguments: Mapping[str, Any]) -> dict[str, Any]:
    torch.set_num_threads(1)  # a fork has lost the threads it had
    return refine(context, arguments)


@pytest.fixture
def store(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    """Runs on toys, in forks of this process."""
    importlib.import_module("lightning_fabric")  # once, not in every fork
    toys = {"guided": Guided, "bounded": Bounded}
    monkeypatch.setattr(refinement, "OBJECTIVES", dict(OBJECTIVES) | toys)
    monkeypatch.setattr(refinement, "load_classifier", lambda _: small(3, dropout=0.2))
    monkeypatch.setattr(refinement, "load_data", lambda *_, **__: dataset())
    forks = Forks({"refine": lone})
    made = Store(home / "runs", forks.launch)
    made.forks = forks  # type: ignore[attr-defined]
    yield made
    forks.reap()


def submit(store: Store, method: str = "fast_adversarial", *, more: Mapping[str, Any] = {}, **objective: Any) -> Run:
    return store.submit("refine", ASKED | {"objective": {"method": method} | objective} | dict(more))


def rows(run: Run) -> list[dict[str, Any]]:
    """The rows without their times, which differ from run to run."""
    return [{name: value for name, value in row.items() if name != "seconds"} for row in run.metrics]


def same_weights(one: Run, other: Run) -> None:
    for name in ("best.safetensors", "last.safetensors"):
        (first, _), (second, _) = (tensor_files.read_tensors(run.folder / name) for run in (one, other))
        assert first.keys() == second.keys()
        for key, value in first.items():
            assert torch.equal(value, second[key]), (name, key)


def reached(run: Run, count: int) -> None:
    until(lambda: len(run.metrics) >= count or not run.status.alive)


@pytest.fixture
def slowly(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Makes every step from now on take long enough to break it off."""
    plain = Training._step

    def slow(self: Training) -> Any:
        time.sleep(0.03)
        return plain(self)

    return lambda: monkeypatch.setattr(Training, "_step", slow)
