"""One file each: how the worker of a run is started, and ended. Another way to start it is one more file here.

A file ends with `LAUNCHER`; which one is used says $COUNTERPROOF_LAUNCHER, `local` if it says nothing. Whatever starts
it, the work is `python -m core.runs.worker FOLDER` on a machine that sees the run's folder.
"""

import importlib
import os
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

Start = Callable[[Path, int], None]  # (the run's folder, a descriptor that holds its lock, for the worker to inherit)
End = Callable[[Path, int], None]  # (the run's folder, the attempt): ends a worker that does not listen


@dataclass(frozen=True)
class Launcher:
    """How a worker is started, and how one that was told to stop now and does not listen is ended."""

    start: Start
    end: End


def launcher(name: str = "") -> Launcher:
    """The launcher called `name`, else the one that the environment names; ValueError if there is none.

    >>> launcher("local") is launcher()
    True
    """
    name = name or os.environ.get("COUNTERPROOF_LAUNCHER") or "local"
    names = sorted(entry.name for entry in pkgutil.iter_modules(__path__))
    if name not in names:
        raise ValueError(f"expected a launcher among {', '.join(names)}, got {name!r}")
    found: Launcher = importlib.import_module(f"{__name__}.{name}").LAUNCHER
    return found
