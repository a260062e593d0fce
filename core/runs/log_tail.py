"""The end of a run's log, safe to show."""

import os
from pathlib import Path

from core.base.plain_line import printable
from core.untrusted.regular_files import open_regular


def log_tail(path: Path, size: int) -> str:
    """The end of the log at `path`, at most `size` bytes, without control characters; or why it cannot be read."""
    try:
        with open_regular(path) as file:
            file.seek(max(0, file.seek(0, os.SEEK_END) - size))
            return printable(file.read(size).decode(errors="replace"))
    except FileNotFoundError:
        return ""
    except OSError as error:
        return f"The log cannot be read: {error.strerror or error}."
