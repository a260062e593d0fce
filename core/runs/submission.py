"""A worker that an engine started: whether the run is still its own, its signs of life, and the engine's signals."""

import os
import platform
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from core.base.run_folder import LOCK, STOP
from core.runs import heartbeat
from core.runs.files import take, write_json
from core.runs.launch_file import read_launch
from core.runs.status import stop_asked, to_go_on

LOST = 3  # exit code of a worker whose run was handed to somebody else
AGAIN = {"how": "save", "again": True}  # what a stop of the engine's looks like: it starts the run again


@contextmanager
def submission(folder: Path, token: str) -> Iterator[None]:
    """Inside, the run lives as far as others can see. Without a token nothing is done: its lock tells that.

    ValueError in one sentence if this machine does not see the folder, or the run was handed to somebody else.
    """
    if not token:
        yield
        return
    if not folder.is_dir():
        raise ValueError(f"{platform.node()} does not see {folder}: runs must lie on storage that all machines share")
    if not heartbeat.beat(folder, token, 0):
        raise ValueError(f"the run in {folder} has been handed to somebody else")
    if to_go_on(folder):  # it was being interrupted, and ended before it had said so
        (folder / STOP).unlink(missing_ok=True)
    for number in (signal.SIGTERM, signal.SIGUSR2):  # the time is nearly up, or somebody more important waits
        signal.signal(number, lambda *_: interrupted(folder))
    over = threading.Event()
    thread = threading.Thread(target=_beat, args=(folder, token, over), daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
        heartbeat.end(folder)


def lock_of(folder: Path) -> int:
    """The run's lock; ValueError if another worker has it. A folder of an engine's run may be where there are none."""
    elsewhere = read_launch(folder) is not None
    try:
        lock = take(folder / LOCK)
    except OSError:
        if not (elsewhere and os.access(folder, os.W_OK)):
            raise
        return os.open(os.devnull, os.O_RDONLY)  # the heartbeat alone tells that somebody is here
    if lock is None:
        raise ValueError(f"another worker has the run in {folder}")
    if not elsewhere:  # started by hand: nobody has asked this attempt to stop
        (folder / STOP).unlink(missing_ok=True)
    return lock


def interrupted(folder: Path) -> None:
    """Have the run save and stop, to be started again by its engine; unless somebody has asked it to stop for good."""
    if not stop_asked(folder):
        write_json(folder / STOP, AGAIN)


def _beat(folder: Path, token: str, over: threading.Event) -> None:
    """Give signs of life; end this process as soon as the run is somebody else's: two must not write into it."""
    count = 1
    while not over.wait(heartbeat.EVERY):
        if not heartbeat.beat(folder, token, count):
            if os.getpgrp() == os.getpid():
                os.killpg(0, signal.SIGKILL)
            os._exit(LOST)
        count += 1
