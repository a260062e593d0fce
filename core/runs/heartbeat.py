"""The signs of life of a worker on another machine: a file in the run's folder that it replaces every few seconds.

No two clocks are compared where that can be avoided: who reads again sees whether the count has changed meanwhile.
"""

import os
import platform
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.base.errors import Unreadable
from core.base.run_folder import HEARTBEAT
from core.runs.files import read_part, write_json
from core.runs.launch_file import read_launch

EVERY = 5.0  # seconds between two signs
LATE = 15.0  # seconds without one after which the engine is asked
STALE = 60.0  # seconds without one after which nobody counts on it: file systems show changes up to this late
CALLED, LARGEST = "its heartbeat", 10_000


@dataclass(frozen=True)
class Pulse:
    """`silent`: seconds since the last sign, as far as known; `watched`: of these, seconds that this process saw.

    Both are None before the first sign.
    """

    silent: float | None = None
    watched: float | None = None
    host: str = ""


_seen: dict[str, tuple[tuple[Any, ...], float, float]] = {}  # folder -> sign, when first seen so, its age then
_guard = threading.Lock()


def pulse(folder: Path, token: str) -> Pulse:
    """How long ago the worker of this submission gave a sign of life."""
    try:
        said = read_part(folder / HEARTBEAT, CALLED, LARGEST)
    except Unreadable:
        return Pulse()
    sign = token, said.get("count"), said.get("pid")
    written, host = said.get("time"), str(said.get("host", ""))
    if said.get("token") != token or not isinstance(written, int | float):
        return Pulse()
    now = time.monotonic()
    with _guard:
        last = _seen.get(str(folder))
        if last is None or last[0] != sign:
            anew = last is not None and last[0][0] == token  # it changed while we looked, whatever its clock says
            last = _seen[str(folder)] = sign, now, 0.0 if anew else abs(time.time() - written)
    return Pulse(now - last[1] + last[2], now - last[1], host)


def beat(folder: Path, token: str, count: int) -> bool:
    """Give a sign of life; False if the run has been handed to somebody else, or is gone."""
    launch = read_launch(folder)
    if launch is None or launch.token != token:
        time.sleep(0.2)  # a file system that is slow to tell may show it half moved, once
        launch = read_launch(folder)
        if launch is None or launch.token != token:
            return False
    facts = {"token": token, "count": count, "pid": os.getpid(), "host": platform.node(), "time": time.time()}
    with suppress(OSError):  # a full disk is told by the work itself
        write_json(folder / HEARTBEAT, facts)
    return True


def end(folder: Path) -> None:
    """No sign is to be waited for any more."""
    with suppress(OSError):
        (folder / HEARTBEAT).unlink(missing_ok=True)
