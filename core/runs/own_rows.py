"""The rows that a task has written itself: all of them, or a sentence."""

from contextlib import suppress
from pathlib import Path
from typing import Any

from core.runs import rows
from core.runs.rows import RowReader
from core.untrusted.regular_files import read_regular


def own_rows(path: Path) -> list[dict[str, Any]]:
    """The rows of a file, all of which count; ValueError in one sentence if some were left out for their number."""
    read = RowReader()
    with suppress(FileNotFoundError):
        read.add(read_regular(path, rows.LARGEST))
    if read.full:
        raise ValueError(f"the rows of this run are more than can be put together: {read.reason}")
    return read.rows
