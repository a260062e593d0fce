"""A worker on this machine, which outlives whoever starts it."""

import os
import platform
import signal
import sys
import threading
from contextlib import suppress
from pathlib import Path
from subprocess import DEVNULL, Popen

from core.base.paths import settle
from core.base.run_folder import LOCK, LOG
from core.runs.files import held, settled
from core.runs.launchers import Launcher
from core.runs.status import read_status

GRACE = 2.0  # seconds that a worker has for 'stop now' before it is ended
ROOT = Path(__file__).resolve().parents[3]


def detached(folder: Path, lock: int) -> None:
    """Start a worker that outlives this process: a session of its own, its words in the log."""
    settle()
    command = [sys.executable, "-m", "core.runs.worker", str(folder), "--lock", str(lock)]
    with (folder / LOG).open("ab") as log:
        process = Popen(
            command,
            cwd=ROOT,
            stdin=DEVNULL,
            stdout=log,
            stderr=log,
            pass_fds=(lock,),
            start_new_session=True,
        )
    threading.Thread(target=process.wait, daemon=True).start()  # so that it does not stay behind as a zombie


def end(folder: Path, attempt: int) -> None:
    """End the worker of this attempt, with all it started, if it still works after the grace it is given."""
    if settled(lambda: not held(folder / LOCK), GRACE):
        return
    status = read_status(folder)
    if not status.alive or status.attempt != attempt or status.pid <= 1 or status.host != platform.node():
        return
    try:
        leads = os.getpgid(status.pid) == status.pid
    except ProcessLookupError:
        leads = True  # it has gone, what it started holds the lock: then the id of the group is still theirs
    with suppress(ProcessLookupError):
        (os.killpg if leads else os.kill)(status.pid, signal.SIGKILL)


LAUNCHER = Launcher(detached, end)
