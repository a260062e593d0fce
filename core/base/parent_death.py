"""A process that ends with the one that started it, however that ends. Only the standard library is needed."""

import ctypes
import os
import signal
import sys

WORKER = "COUNTERPROOF_WORKER"  # the process id of the worker, for the processes it spawns
PR_SET_PDEATHSIG = 1  # Linux's prctl


def tie(worker: int) -> None:
    """End this process, a child of `worker`, when that ends (on Linux); at once if it has ended already."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != worker:  # it went before it could be watched: nobody will send a signal any more
        os._exit(1)
