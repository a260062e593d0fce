"""One writer of the audit trail at a time, whatever process it is in."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PATIENCE = 10.0  # seconds; an entry takes milliseconds, and the lock of a process that dies is free at once
EVERY = 0.002  # seconds between two tries


@contextmanager
def alone(lock: Path, patience: float = PATIENCE) -> Iterator[None]:
    """Hold the lock `lock` inside; TimeoutError (an OSError) in one sentence if another holds it for too long.

    It is let go of by name, not by closing alone: a child forked meanwhile has the same open file.
    """
    handle = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_NONBLOCK | os.O_CLOEXEC, 0o666)
    until = time.monotonic() + patience
    try:
        while True:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError as error:
                if time.monotonic() >= until:
                    raise TimeoutError(f"another process has held {lock} for {patience:.0f} seconds") from error
                time.sleep(EVERY)
        try:
            yield
        finally:
            fcntl.flock(handle, fcntl.LOCK_UN)
    finally:
        os.close(handle)
