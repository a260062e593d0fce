"""The rows of a growing metrics file, of which only what was added since the last look is read."""

import threading
from pathlib import Path
from typing import Any

from core.runs.rows import LARGEST, RowReader
from core.untrusted.regular_files import open_regular

TAIL = 64  # bytes before the place last read to that must still be there


class Rows:
    """One run's rows. A file that was replaced, as when a run is resumed, is read anew."""

    def __init__(self) -> None:
        self._forget()
        self._lock = threading.Lock()

    def _forget(self) -> None:
        self._reader, self._read, self._tail = RowReader(), 0, b""

    def read(self, path: Path) -> list[dict[str, Any]]:
        """All rows in order; none where there is no file. What is half written waits for its end."""
        with self._lock:
            try:
                with open_regular(path) as file:
                    file.seek(self._read - len(self._tail))
                    if file.read(len(self._tail)) != self._tail:
                        self._forget()
                        file.seek(0)
                    fresh = b"" if self._reader.full else file.read(LARGEST)
            except OSError:
                self._forget()
                return []
            whole = self._reader.add(fresh)
            self._read += whole
            self._tail = ((self._tail if self._read > whole else b"") + fresh[:whole])[-TAIL:]
            return list(self._reader.rows)

    @property
    def unread(self) -> str:
        """How many rows could not be read, and why the first of them, in a sentence; "" if all could."""
        read = self._reader
        return f"{read.unreadable:,} of its rows cannot be read: {read.reason}" if read.unreadable else ""
