"""Which work computes now and which waits: a few at once, fewer of one window, in fair turns; the abandoned stops."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from app.background.jobs import Work

AT_ONCE, OF_ONE_WINDOW = 3, 2  # so that no window takes all
LOOK = 1.0  # seconds between two looks for work that was abandoned


class Queue:
    """At most `at_once` works compute, `of_one_window` of those that one window began; the others wait.

    Next is who has the fewest computing, and of those who came first. The last `kept` places are for windows that
    have none computing.
    """

    def __init__(self, at_once: int = AT_ONCE, of_one_window: int = OF_ONE_WINDOW, kept: int = 0) -> None:
        self.at_once, self.of_one_window, self.kept = at_once, of_one_window, kept
        self._computing: list[Work] = []
        self._waiting: list[Work] = []
        self._watching = False
        self._changed = threading.Condition()

    @contextmanager
    def turn(self, work: Work) -> Iterator[None]:
        """Waits until `work` may compute, and frees its place afterwards; Cancelled if it is stopped meanwhile."""
        with self._changed:
            self._waiting.append(work)
            self._watch()
            try:
                while not self._next(work):
                    work.scope.check()
                    self._changed.wait(0.2)
                self._computing.append(work)
                work.computing = True
            finally:
                self._waiting.remove(work)
                self._changed.notify_all()
        try:
            yield
        finally:
            with self._changed:
                self._computing.remove(work)
                self._changed.notify_all()

    @property
    def computing(self) -> int:
        """How many works compute now."""
        return len(self._computing)

    def ahead(self, work: Work) -> int:
        """How many others compute now or are to compute before it; 0 for work that does not wait."""
        with self._changed:
            return len(self._computing) + self._order().index(work) if work in self._waiting else 0

    def _next(self, work: Work) -> bool:
        own = self._of(work)
        places = self.at_once - (self.kept if own else 0)
        return len(self._computing) < places and own < self.of_one_window and self._order()[0] is work

    def _order(self) -> list[Work]:
        """Those that wait, in the order of their turns as things are now."""
        return sorted(self._waiting, key=self._of)  # which keeps the order of arrival where all else is equal

    def _of(self, work: Work) -> int:
        """How many works of its window compute now."""
        return sum(other.window == work.window for other in self._computing)

    def _watch(self) -> None:
        if not self._watching:
            self._watching = True
            threading.Thread(target=self._stop_abandoned, name="abandoned", daemon=True).start()

    def _stop_abandoned(self) -> None:
        """Stop what no window is waiting for any more, while there is any work; the body of a thread."""
        while True:
            with self._changed:
                works = [*self._computing, *self._waiting]
                if not works:
                    self._watching = False
                    return
            for work in works:
                if work.abandoned:
                    work.stop()
            threading.Event().wait(LOOK)
