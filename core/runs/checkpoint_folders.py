"""The folders of a run's checkpoints: written whole or not at all, and the newest of them found."""

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from core.base.run_folder import CHECKPOINT
from core.runs.files import remove as delete

WHOLE = re.compile(rf"{CHECKPOINT}[0-9]{{1,15}}")


def latest(folder: Path) -> tuple[int, Path] | None:
    """(step, folder) of the whole checkpoint with the highest step in a run's folder; None if there is none."""
    whole = [path for path in folder.glob(f"{CHECKPOINT}*") if WHOLE.fullmatch(path.name) and path.is_dir()]
    return max(((int(path.name.removeprefix(CHECKPOINT)), path) for path in whole), default=None)


@contextmanager
def new(folder: Path, step: int) -> Iterator[Path]:
    """An empty folder to write into, which becomes the checkpoint of `step` on leaving; nothing on an error."""
    part = folder / f"{CHECKPOINT}{step}.part"
    part.mkdir()
    try:
        yield part
        part.rename(part.with_suffix(""))
    finally:
        shutil.rmtree(part, ignore_errors=True)


def remove(folder: Path, step: int) -> None:
    """Delete the checkpoint of `step`, which is never half there under its own name."""
    old = folder / f"{CHECKPOINT}{step}"
    delete(old.rename(old.with_suffix(".part")))


def keep_only(folder: Path, kept: Path) -> None:
    """Delete all checkpoints but `kept`."""
    for older in folder.glob(f"{CHECKPOINT}*"):
        if older != kept:
            delete(older)
