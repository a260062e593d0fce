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
from core.runs.launch_file import read_launch, torchrun_command, worker_command
from core.runs.status import LIVE, written
from core.runs.submission import interrupted

EVERY = 0.1  # seconds between two looks whether the worker has ended
PORTS = 29400, 2000  # the first and how many: each run has its own, so that two on a machine do not meet
ENDS = 4.0  # seconds that are left for the engine to start it again


class SubmititJob:
    """`python -m core.runs.worker FOLDER`, in a process of its own that ends with this one."""

    def __init__(self, folder: Path, save_seconds: int) -> None:
        self.folder, self.save_seconds = folder, save_seconds
        self.joined = False  # whether this is one of several machines
        self.worker: subprocess.Popen[bytes] | None = None

    def __call__(self) -> None:
        """Start the worker and wait for it; what came out stands in the run's folder."""
        here = os.getpid()

        def in_worker() -> None:
            signal.signal(signal.SIGUSR2, signal.SIG_IGN)  # until it can save
            tie(here)

        with (self.folder / LOG).open("ab") as log:
            self.worker = subprocess.Popen(self.command(), cwd=ROOT, stdin=subprocess.DEVNULL, stdout=log,
                                           stderr=log, preexec_fn=in_worker)  # fmt: skip
        while not self._ended():
            time.sleep(EVERY)
        self.worker.wait()

    def command(self) -> list[str]:
        """The worker, or, where there are several machines, torchrun, which meets that of the others on the first."""
        launch = read_launch(self.folder)
        if launch is None or launch.needs.nodes <= 1:
            return worker_command(self.folder)
        from submitit import JobEnvironment

        self.joined = True
        first = JobEnvironment().hostnames[0]
        return torchrun_command(self.folder, f"{first}:{PORTS[0] + int(launch.token, 16) % PORTS[1]}")

    def checkpoint(self) -> Any:
        """Have the worker save: what is to be started again, or None if the run is over by then.

        One that does not end in time is started again too, from its last checkpoint.
        """
        from submitit.helpers import DelayedSubmission

        until = time.monotonic() + self.save_seconds - ENDS
        if self.worker is not None:
            if self.joined:
                interrupted(self.folder)  # torchrun passes no such signal on
            else:
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
