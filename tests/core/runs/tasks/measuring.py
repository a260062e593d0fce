"""What the tests of tasks that measure share: a run just begun, and digits of noise under the name of MNIST."""

from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from core.base import run_folder
from core.catalog import load_classifier
from core.runs import files
from core.runs.run import Run
from core.runs.status import Status, write_status


def begun(folder: Path, task: str, asked: dict[str, Any]) -> Run:
    """The folder of a run of a task that has not been started."""
    run = Run(folder)
    run.folder.mkdir()
    files.write_json(run.folder / run_folder.SPEC, {"task": task, "arguments": asked})
    write_status(run.folder, Status())
    return run


def noise_digits(folder: Path, name: str) -> tuple[Tensor, Tensor]:
    """Twelve pictures of noise in `folder`/mnist.npz, every third answered wrong by `name`: (N, 1, 28, 28), (N,)."""
    pixels = np.random.default_rng(0).integers(0, 256, (12, 28, 28), np.uint8)
    images = torch.from_numpy(pixels)[:, None].float() / 255
    truth = (load_classifier(name).probabilities(images).argmax(dim=1) + torch.arange(12) % 3 // 2) % 10
    np.savez(folder / "mnist.npz", test_images=pixels, test_labels=truth.numpy())
    return images, truth
