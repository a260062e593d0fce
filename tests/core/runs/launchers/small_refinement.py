"""A refinement that a real worker does in seconds: what is asked, and the data it finds."""

from pathlib import Path
from typing import Any

import numpy as np

from core.runs.store import Run
from tests.core.runs.doubles import until

EPOCHS = 12
SCHEDULE = {"epochs": EPOCHS, "batch": 20, "lr": 0.01, "crop": 0, "flip": False, "bf16": False, "held_out": 20}
ASKED: dict[str, Any] = {
    "base": "mnist_cnn:standard", "data": "mnist", "schedule": SCHEDULE, "objective": {"method": "fast_adversarial"},
    "save_every": 0.5,
}  # fmt: skip


def lay_data(folder: Path) -> None:
    """Noise with labels, as the file of a published data set."""
    random = np.random.default_rng(0)
    parts = {f"{split}_images": random.integers(0, 256, (220, 28, 28), np.uint8) for split in ("train", "test")}
    labels = {f"{split}_labels": np.arange(220) % 10 for split in ("train", "test")}
    np.savez(folder / "mnist.npz", **parts, **labels, classes=np.arange(10))  # type: ignore[arg-type]


def learns(run: Run, after: int = 0) -> None:
    """Wait until it has made a checkpoint after step `after`."""
    until(lambda: bool(run.checkpoint) and run.status.state == "running" and run.status.step > after, 240)


def whole(run: Run) -> None:
    """Every step was made once, or once more after a break, and none is missing."""
    assert [row["step"] for row in run.metrics] == list(range(EPOCHS * 10)), run.log()
