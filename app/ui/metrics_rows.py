"""The rows of a growing metrics file, of which only what was added since the last look is read."""

import json
import threading
from pathlib import Path
from typing import Any

TAIL = 64  # bytes before the place last read to that must still be there


class Rows:
    """One run's rows. A file that was replaced, as when a run is resumed, is read anew."""

    def __init__(self) -> None:
        self._rows: list[dict[str, Any]] = []
        self._read = 0
        self._tail = b""
        self._lock = threading.Lock()

    def read(self, path: Path) -> list[dict[str, Any]]:
        """All rows in order; none where there is no file. What is half written waits for its end."""
        with self._lock:
            try:
                with path.open("rb") as file:
                    file.seek(self._read - len(self._tail))
                    if file.read(len(self._tail)) != self._tail:
                        self._rows, self._read = [], 0
                        file.seek(0)
                    fresh = file.read()
            except OSError:
                self._rows, self._read, self._tail = [], 0, b""
                return []
            whole = fresh[: fresh.rfind(b"\n") + 1]
            self._read += len(whole)
            self._tail = ((self._tail if self._read > len(whole) else b"") + whole)[-TAIL:]
            for line in whole.splitlines():
                try:
                    row = json.loads(line)
                except ValueError:
                    continue
                if isinstance(row, dict):
                    self._rows.append(row)
            return list(self._rows)
