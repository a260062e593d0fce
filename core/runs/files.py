"""The files of a run: JSON that is there whole, rows that survive a kill, and a lock that dies with its holders.

Only the standard library is needed, so a page or a waiting worker costs little.
"""

import errno
import fcntl
import json
import os
import shutil
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from core.base.atomic_files import whole, write_whole
from core.base.errors import Unreadable
from core.base.run_folder import CHECKPOINT
from core.runs import rows
from core.runs.rows import RowReader, finite
from core.untrusted.foreign_json import read_object
from core.untrusted.regular_files import open_regular, read_regular

LARGEST = 4 * 10**6  # bytes of a JSON file of a run
YOUNG = 60.0  # seconds
RETRY = 1.0  # seconds: a reader that looks whether a lock is held holds it itself for a moment


def write_json(path: Path, value: Mapping[str, Any]) -> None:
    """Replace `path` by this JSON object, or raise OSError and leave it as it was; what is not finite becomes null."""
    write_whole(path, (json.dumps(finite(value), indent=1, allow_nan=False) + "\n").encode())


def read_part(path: Path, called: str, largest: int = LARGEST) -> dict[str, Any]:
    """The JSON object in a file of a run; Unreadable in one sentence if it is not there or cannot be read.

    called: what the sentence calls it, such as "its status".
    """
    try:
        return read_object(path, largest, called)
    except FileNotFoundError as error:
        raise Unreadable(f"{called} is not there") from error
    except NotADirectoryError as error:
        raise Unreadable("it is no folder") from error
    except OSError as error:
        raise Unreadable(f"{called} cannot be read: {error.strerror or error}") from error


def read_rows(path: Path) -> list[dict[str, Any]]:
    """The rows of a .jsonl file in order; what a kill left half written is no row, nor is one that is damaged."""
    read = RowReader()
    with suppress(OSError):
        read.add(read_regular(path, rows.LARGEST))
    return read.rows


def cut_rows(path: Path, last: int) -> None:
    """Drop the rows of steps after `last`, and everything half written or damaged."""
    with whole(path) as kept, suppress(FileNotFoundError), open_regular(path) as file:
        kept.writelines(rows.kept_lines(file, last))


def append(path: Path, text: str) -> None:
    """Add `text` to the end of `path` with one write; if the disk fills up, nothing of it is left."""
    handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    try:
        raw, size = text.encode(), os.fstat(handle).st_size
        try:
            while raw:
                raw = raw[os.write(handle, raw) :]
        except OSError:
            os.ftruncate(handle, size)
            raise
    finally:
        os.close(handle)


def take(path: Path, wait: float = RETRY) -> int | None:
    """A descriptor that holds the lock `path`, alone; None if another process still holds it after `wait` seconds.

    The lock belongs to the open file: a child that inherits the descriptor holds it too, and it goes with the last
    holder however that ends. No process id is involved, so neither a zombie nor a reused id can look alive.
    FileNotFoundError if the file was deleted meanwhile.
    """
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NONBLOCK, 0o644)
    until = time.monotonic() + wait
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if not os.path.samestat(os.fstat(handle), path.stat()):
                raise FileNotFoundError(errno.ENOENT, "it has been deleted", str(path))
            return handle
        except BlockingIOError:
            if time.monotonic() >= until:
                os.close(handle)
                return None
            time.sleep(0.01)
        except BaseException:
            os.close(handle)
            raise


def held(path: Path) -> bool:
    """Whether some process holds the lock `path`. Readers share, so they never take one another for a holder.

    What cannot be opened is held by nobody.
    """
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    except OSError:
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(handle)
    return False


def settled(condition: Callable[[], bool], seconds: float, every: float = 0.05) -> bool:
    """Wait until `condition` holds, at most `seconds`; whether it does."""
    until = time.monotonic() + seconds
    while not condition():
        if time.monotonic() >= until:
            return False
        time.sleep(every)
    return True


def remove(path: Path) -> None:
    """Delete a folder with all that is in it, or whatever else stands there; a link is removed, not followed."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink()


def sweep(folder: Path) -> None:
    """Remove what a kill left half made. A young file may be someone's who is writing `stop` at this moment."""
    for part in folder.glob(f"{CHECKPOINT}*.part"):
        remove(part)
    for part in folder.glob(".*.part"):
        with suppress(FileNotFoundError):
            if time.time() - part.stat().st_mtime > YOUNG:
                part.unlink()
