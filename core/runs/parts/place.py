"""Where the parts of a run work, and with how many threads: what its settings and the folder of its parts say."""

from pathlib import Path
from typing import Any

from core.base import cores
from core.base.run_folder import LAUNCH
from core.contracts.launcher import Launcher, Needs
from core.runs.launch_file import Launch, write_launch
from core.runs.launchers import LOCAL, to_json
from core.runs.parts.folders import parts_folder
from core.runs.spec import MOST_PARTS
from core.runs.tasks import DIVISIBLE


def divided(task: str, parts: int, threads: int, needs: Needs | None) -> dict[str, Any]:
    """What is added to the settings of a run of `task` in so many parts; ValueError in one sentence.

    The number of threads is written down, as the last digits of a sum may depend on it: that asked for, or what there
    is for each part, on this machine (needs: None) or there.
    """
    if task not in DIVISIBLE:
        raise ValueError(f"{task} cannot be done in parts; {', '.join(sorted(DIVISIBLE))} can")
    if not isinstance(parts, int) or not 1 <= parts <= MOST_PARTS:
        raise ValueError(f"expected parts to be a whole number from 1 to {MOST_PARTS:,}, got {repr(parts)[:60]}")
    usual = needs.cpus if needs is not None else cores.available() // parts
    return {"parts": parts, "threads": threads or max(1, usual)}


def lay_place(folder: Path, on: Launcher, needs: Needs) -> None:
    """Write down where the parts of the run in `folder` are to be made from now on; OSError."""
    place = parts_folder(folder)
    place.mkdir(exist_ok=True)
    if on.key == LOCAL:
        (place / LAUNCH).unlink(missing_ok=True)
    else:
        write_launch(place, Launch(to_json(on), needs))
