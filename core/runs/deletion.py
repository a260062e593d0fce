"""A run's folder removed, whatever stands in its place, unless another run still needs it."""

import os
from pathlib import Path

from core.base.run_folder import LOCK
from core.runs.files import remove
from core.runs.parts.folders import part_folders
from core.runs.spec import known_spec
from core.runs.status import read_status


def workable(folder: Path) -> bool:
    """Whether a worker could be at it: there is a folder, and nothing else stands in the place of its lock."""
    lock = folder / LOCK
    try:
        return folder.is_dir() and (lock.is_file() or not os.path.lexists(lock))
    except OSError:  # who takes the lock then says why it cannot be had
        return True


def waited_for(folder: Path) -> list[str]:
    """The runs that refine what this one made and have not completed: they read it whenever they start or go on."""
    found = []
    for other in folder.parent.glob("[0-9]*"):
        base = str(known_spec(other).get("arguments", {}).get("base"))
        ours = base.partition(".")[0] == f"run:{folder.name}"  # .last are other weights of the same run
        if ours and other != folder and read_status(other).state != "completed":
            found.append(other.name)
    return sorted(found)


def delete(folder: Path) -> None:
    """Remove the run in `folder`, of which nobody holds the lock; ValueError while it is the base of one not over.

    OSError in one sentence.
    """
    try:
        if others := waited_for(folder):
            of = f"run {folder.name} is the base of run {others[0]}"
            raise ValueError(f"{of}, which has not completed; delete that first")
        if any(read_status(part).alive for part in part_folders(folder).values()):
            raise ValueError(f"parts of run {folder.name} are still going; stop it first")
        gone = folder.with_name(f".gone-{folder.name}")  # at once out of every list
        folder.rename(gone)
        remove(gone)
    except OSError as error:
        raise OSError(f"run {folder.name} cannot be deleted: {error.strerror or error}") from error
