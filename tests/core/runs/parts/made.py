"""Runs in parts made in this process: each part in a folder of its own, then taken over as the coordinator does it."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import torch

from core.base import run_folder
from core.catalog import load_classifier
from core.images.picture import fit
from core.images.samples import gallery, stored_picture
from core.runs import files
from core.runs.context import Context
from core.runs.parts.coordinator import coordinate
from core.runs.parts.folders import parts_folder
from core.runs.run import Run
from core.runs.status import Status, write_status
from core.runs.tasks import TASKS

MODEL = "mnist_cnn:standard"
TIMES = {"seconds", "took"}


def real_digits(folder: Path, copies: int = 1) -> Path:
    """MNIST digits of the gallery, and each again with noise, as a file of data; one in five has another label."""
    model = load_classifier(MODEL)
    images = torch.stack([fit(stored_picture(each.id), model) for each in gallery("mnist")])
    random = torch.Generator().manual_seed(0)
    again = [(images + 0.1 * torch.rand(images.shape, generator=random)).clamp(0, 1) for _ in range(copies)]
    levels = (255 * torch.cat([images, *again])).round().byte()
    labels = (model.probabilities(levels.float() / 255).argmax(dim=1) + (torch.arange(len(levels)) % 5 == 4)) % 10
    np.savez(folder / "digits.npz", test_images=levels[:, 0].numpy(), test_labels=labels.numpy(),
             classes=np.array([f"digit {each}" for each in range(10)]))  # fmt: skip
    return folder / "digits.npz"


def begun(folder: Path, task: str, asked: dict[str, Any], **more: Any) -> Context:
    """The run of a task, with `more` in its settings, that has not been started."""
    folder.mkdir(parents=True)
    files.write_json(folder / run_folder.SPEC, {"task": task, "arguments": asked} | more)
    write_status(folder, Status())
    return Context(folder)


def part(parent: Path, number: int, task: str, asked: dict[str, Any], of: int) -> Path:
    """Make one part to its end, anew where it was made before; its folder."""
    folder = parts_folder(parent) / f"20260101-000000-{number:08x}"
    if folder.exists():
        files.remove(folder)
    context = begun(folder, task, asked, part=[number, of])
    files.write_json(folder / run_folder.RESULT, TASKS[task](context, asked))
    write_status(folder, Status("completed", progress=1.0))
    return folder


def in_parts(folder: Path, task: str, asked: dict[str, Any], of: int) -> tuple[Run, dict[str, Any]]:
    """The run of a task in so many parts, the last one made first, or undivided, and its result."""
    if of == 1:
        context = begun(folder, task, asked)
    else:
        context = begun(folder, task, asked, parts=of, threads=1)
        for number in reversed(range(of)):
            part(folder, number, task, asked, of)
        coordinate(context)
    return Run(folder), dict(TASKS[task](context, asked))


def timeless(value: Any) -> Any:
    """What of JSON is not told by a clock."""
    if isinstance(value, dict):
        return {name: timeless(each) for name, each in json.loads(json.dumps(value)).items() if name not in TIMES}
    return [timeless(each) for each in value] if isinstance(value, list | tuple) else value
