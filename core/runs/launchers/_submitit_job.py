"""What a job of submitit's does on its node: start the worker, and have it save when the engine says so.

Only this module and the standard library are loaded there. The object is pickled by submitit into the run's folder and
read by its own job, by nobody else.
"""

import os
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

from core.base.parent_death import tie
from core.base.paths import ROOT
from core.base.run_folder import LOG
from core.runs.launch_file import worker_command
from core.runs.status import LIVE, written

EVERY = 0.1  # seconds between two looks whether the worker has ended
ENDS = 4.0  # seconds that are left for the engine to start it again


class SubmititJob:
    """`python -m core.runs.worker FOLDER`, in a process of its own that ends with this one."""

    def __init__(self, folder: Path, save_seconds: int) -> None:
        self.folder, self.save_seconds = folder, save_seconds
        self.worker: subprocess.Popen[bytes] | None = None

    def __call__(self) -> None:
        """Start the worker and wait for it; what came out stands in the run's folder."""
        here = os.getpid()

        def in_worker() -> None:
            signal.signal(signal.SIGUSR2, signal.SIG_IGN)  # until it can save
            tie(here)

        with (self.folder / LOG).open("ab") as log:
            self.worker = subprocess.Popen(worker_command(self.folder), cwd=ROOT, stdin=subprocess.DEVNULL, stdout=log,
                                           stderr=log, preexec_fn=in_worker)  # fmt: skip
        while not self._ended():
            time.sleep(EVERY)
        self.worker.wait()

    def checkpoint(self) -> Any:
        """Have the worker save: what is to be started again, or None if the run is over by then.

        One that does not end in time is started again too, from its last checkpoint.
        """
        from submitit.helpers import DelayedSubmission

        until = time.monotonic() + self.save_seconds - ENDS
        if self.worker is not None:
            self.worker.send_signal(signal.SIGUSR2)
            while not self._ended() and time.monotonic() < until:
                time.sleep(EVERY)
            if not self._ended():
                self.worker.kill()
        again = written(self.folder).state in LIVE
        return DelayedSubmission(SubmititJob(self.folder, self.save_seconds)) if again else None

    def _ended(self) -> bool:
        """Whether the worker has; Popen cannot tell in a signal that comes while it looks."""
        assert self.worker is not None
        if self.worker.returncode is not None:
            return True
        return os.waitid(os.P_PID, self.worker.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None
