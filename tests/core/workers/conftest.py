"""One pool for these tests: its libraries are loaded once."""

import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from core.base.cancellation import Cancelled, CancelScope
from core.workers.pool import Pool


@pytest.fixture(scope="session")
def workers() -> Iterator[Pool]:
    """Up to nine workers, of one thread each."""
    pool = Pool(9, 1)
    yield pool
    pool.close()


def until(condition: Callable[[], object], seconds: float = 120.0) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.01)


class Going:
    """Something that yields, walked through in a thread of its own."""

    def __init__(self, parts: Iterator[Any]) -> None:
        self.seen: list[Any] = []
        self.error: BaseException | None = None
        self.scope = CancelScope()
        self._thread = threading.Thread(target=self._walk, args=(parts,), daemon=True)
        self._thread.start()

    def _walk(self, parts: Iterator[Any]) -> None:
        try:
            with self.scope:
                for part in parts:
                    self.seen.append(part)
        except (Cancelled, ValueError, OSError, RuntimeError) as error:
            self.error = error

    @property
    def alive(self) -> bool:
        return self._thread.is_alive()

    def ended(self) -> "Going":
        self._thread.join(120)
        assert not self.alive
        return self

    def begun(self) -> Any:
        """The first thing it said."""
        until(lambda: self.seen or not self.alive)
        assert self.seen, self.error
        return self.seen[0]
