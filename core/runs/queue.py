"""One run per device at a time: the others wait for its lock, the one queued first goes first."""

import os
import platform
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from core.base.run_folder import LOCK
from core.runs.files import held, take
from core.runs.launch_file import read_launch
from core.runs.parts.folders import part_of, parts_folder
from core.runs.spec import known_spec
from core.runs.status import written

EVERY = 0.25  # seconds between two looks


def devices(folder: Path) -> tuple[str, ...]:
    """What the run in `folder` wants to itself, in one order for all, so that no two wait for each other."""
    return tuple(sorted(set(known_spec(folder).get("device", "cpu").split(","))))


@contextmanager
def alone(folder: Path, waiting: Callable[[], None]) -> Iterator[None]:
    """Inside, no other run beside `folder` uses its devices. `waiting` is called at every look, and may raise.

    The kernel frees the locks of a worker that dies, so there is no scheduler that could die or forget. Where an engine
    has started the run, it has given it devices of its own, and nothing is waited for; nor by the parts of a run, whose
    parent has waited, or by a parent whose parts an engine starts.
    """
    away = read_launch(folder) or read_launch(parts_folder(folder))
    if away is not None or part_of(known_spec(folder)) is not None:
        yield
        return
    holds: list[int] = []
    try:
        while not holds:
            holds = _try(folder)
            if not holds:
                waiting()
                time.sleep(EVERY)
        yield
    finally:
        for handle in holds:
            os.close(handle)


def _try(folder: Path) -> list[int]:
    """The locks of all devices, or of none: also of none while an older run waits for one of them."""
    place = folder.parent / f".devices-{platform.node()}"
    place.mkdir(exist_ok=True)
    wanted = devices(folder)
    holds: list[int] = []
    for name in wanted:
        handle = take(place / name.replace(":", "-"), wait=0.0)
        if handle is None:
            break
        os.set_inheritable(handle, False)
        holds.append(handle)
    if len(holds) == len(wanted) and not _behind(folder, set(wanted)):
        return holds
    for handle in holds:
        os.close(handle)
    return []


def _behind(folder: Path, wanted: set[str]) -> bool:
    """Whether a run that was queued earlier, and still waits, wants one of the same devices."""
    mine = (written(folder).queued, folder.name)
    for other in folder.parent.glob("[0-9]*"):
        with suppress(OSError):
            theirs = written(other)
            earlier = theirs.state == "queued" and (theirs.queued, other.name) < mine
            if earlier and wanted & set(devices(other)) and held(other / LOCK):
                return True
    return False
