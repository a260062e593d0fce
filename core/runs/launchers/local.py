"""A worker on this machine, which outlives whoever starts it."""

import os
import platform
import signal
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from subprocess import DEVNULL, Popen

from core.base.paths import settle
from core.base.run_folder import LOCK, LOG, is_name, runs_folder
from core.contracts.launcher import JobState, Launcher, Needs
from core.runs.files import held, settled, take
from core.runs.status import read_status

Start = Callable[[Path, int], None]  # (the run's folder, a descriptor that holds its lock, for the worker to inherit)
End = Callable[[Path, int], None]  # (the run's folder, the attempt): ends a worker that does not listen
WORKING = ("starting", "running", "stopping")
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


@dataclass(frozen=True)
class Local(Launcher):
    """A process on this machine, which holds the run's lock as long as it lives: no heartbeat is needed."""

    key = "local"
    title = "This machine"
    plain = "A process on this machine; one run at a time for each device."
    cite = "flock(2)"

    def submit(self, folder: Path, needs: Needs) -> str:
        if (lock := take(folder / LOCK)) is None:
            raise ValueError(f"another worker has the run in {folder}")
        try:
            detached(folder, lock)
        finally:
            os.close(lock)
        return LOCK

    def state(self, folder: Path, job: str) -> JobState:
        return JobState("running" if held(folder / LOCK) else "ended")

    def offer(self) -> str:
        work, wait = 0, 0
        with suppress(OSError):
            states = [read_status(path).state for path in runs_folder().iterdir() if is_name(path.name)]
            work, wait = sum(each in WORKING for each in states), states.count("queued")
        cores = os.cpu_count() or 1
        return f"{cores} core{'s' * (cores > 1)}, {work} run{'s' * (work != 1)} at work, {wait} waiting"

    def stop(self, folder: Path, job: str) -> None:
        end(folder, read_status(folder).attempt)


LAUNCHERS: tuple[type[Launcher], ...] = (Local,)
