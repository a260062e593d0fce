"""A name that is being given: held by a lock on a file, in one process or several, from the check to the end."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def held(lock: Path, refusal: str) -> Iterator[None]:
    """Hold the file `lock` inside, which is there no longer than that; ValueError(refusal) if somebody holds it.

    It goes with the process, however that ends. OSError if it cannot be made.
    """
    try:
        lock.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_NONBLOCK | os.O_CLOEXEC, 0o644)
    except OSError as error:
        raise OSError(f"a lock could not be stored in {lock.parent}: {error.strerror or error}") from error
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            there = os.path.samestat(os.fstat(handle), lock.stat())
        except (BlockingIOError, FileNotFoundError) as error:
            raise ValueError(refusal) from error
        if not there:  # whoever held it has just let go of it
            raise ValueError(refusal)
        try:
            yield
        finally:
            lock.unlink(missing_ok=True)
            fcntl.flock(handle, fcntl.LOCK_UN)
    finally:
        os.close(handle)
