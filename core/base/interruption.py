"""Ctrl-C while a program is loaded: it ends at once, with a word. A library that is half imported cannot do better.

An interrupt that is raised inside an import shows a traceback, or is swallowed by what is being imported.
"""

import os
import signal
import threading
from types import FrameType

INTERRUPTED = 130  # the exit code, as shells have it


def _leave(_number: int, _frame: FrameType | None) -> None:
    os.write(2, b"counterproof: interrupted\n")
    os._exit(INTERRUPTED)


def end_at_once() -> None:
    """From here on Ctrl-C ends this process, until `raise_again`; not where it is ignored, or heard otherwise."""
    main = threading.current_thread() is threading.main_thread()
    if main and signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, _leave)


def raise_again() -> None:
    """All is loaded: from here on Ctrl-C raises KeyboardInterrupt, as usual."""
    main = threading.current_thread() is threading.main_thread()
    if main and signal.getsignal(signal.SIGINT) is _leave:
        signal.signal(signal.SIGINT, signal.default_int_handler)
