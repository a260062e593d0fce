"""Uploads, studies, runs and logs as they lie on disk, of a size and an age."""

import json
import os
import time
from pathlib import Path

from core.runs.status import Status, write_status

DAY = 86_400.0
RUN = "20260101-120000-{:08x}"


def aged(path: Path, days: float) -> Path:
    """The path, touched that long ago."""
    moment = time.time() - days * DAY
    os.utime(path, (moment, moment), follow_symlinks=False)
    return path


def upload(home: Path, number: int, days: float, size: int = 1000) -> Path:
    """An upload of `size` bytes, its name beside it."""
    path = home / "uploads" / f"{number:016x}.image"
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(bytes(size - 2))
    path.with_suffix(".json").write_bytes(b"{}")
    aged(path.with_suffix(".json"), days)
    return aged(path, days)


def study(home: Path, number: int, days: float, size: int = 1000) -> Path:
    """A study that was kept."""
    path = home / "cases" / f"{number:016x}"
    path.mkdir(parents=True)
    (path / "arrays.npz").write_bytes(bytes(size))
    return aged(path, days)


def run(home: Path, number: int, state: str, spec: str = "{}", size: int = 1000) -> Path:
    """The checkpoint of a run in that state, a day old."""
    folder = home / "runs" / RUN.format(number)
    path = folder / "checkpoint-7"
    path.mkdir(parents=True)
    (folder / "spec.json").write_text(spec)
    (path / "state.safetensors").write_bytes(bytes(size))
    (folder / "best.safetensors").write_bytes(bytes(10))
    write_status(folder, Status(state))  # type: ignore[arg-type]
    return aged(path, 1)


def gathered(home: Path, number: int, images: list[str], days: float) -> str:
    """The name of a set of pictures."""
    path = home / "collections" / f"{number:016x}.json"
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps({"items": [{"image": each, "name": "x"} for each in images], "notes": []}))
    aged(path, days)
    return f"set/{number:016x}"
