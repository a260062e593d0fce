"""Files from outside, opened without waiting: a pipe, a folder or a device that stands in a file's place is refused."""

import errno
import os
import stat
from pathlib import Path
from typing import IO


def open_regular(path: Path) -> IO[bytes]:
    """`path` open for reading; OSError, within no time, if it is not there or is anything but a file."""
    handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        mode = os.fstat(handle).st_mode
        if not stat.S_ISREG(mode):
            what = "a folder" if stat.S_ISDIR(mode) else "no file"
            raise OSError(errno.EISDIR if stat.S_ISDIR(mode) else errno.EINVAL, f"it is {what}", str(path))
        return os.fdopen(handle, "rb")
    except BaseException:
        os.close(handle)
        raise


def read_regular(path: Path, largest: int) -> bytes:
    """The bytes of a file, at most one more than `largest`, so that who reads can tell; OSError as `open_regular`."""
    with open_regular(path) as file:
        return file.read(largest + 1)
