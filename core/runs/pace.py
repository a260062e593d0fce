"""How long a training will take still, from what its steps have taken so far."""

import time
from collections.abc import Callable

FIRST, LAST, PLAIN = "first", "last", "plain"  # a step that makes masks, one that is judged after, any other


class Pace:
    """The time left, from the steps of this attempt: making masks and judging are told apart from ordinary steps.

    An estimate: an ordinary step is taken to cost the mean of those so far, the others what the last of their kind did,
    as later masks may be made of fewer images than the first. A kind not met yet counts as ordinary steps, so that the
    time left is too short until then.
    """

    def __init__(self, each: int, epochs: int, due: Callable[[int], bool]) -> None:
        """each: steps in an epoch; due: whether masks are made before an epoch (from 0)."""
        self.each, self.epochs, self.due = each, epochs, due
        self.begun = time.monotonic()
        self.seconds: dict[str, float] = {}  # of a step of each kind
        self.count = 0  # of the ordinary ones

    def kind(self, index: int) -> str:
        """What kind of step this is."""
        epoch, place = divmod(index, self.each)
        if place == 0 and self.due(epoch):
            return FIRST
        return LAST if place == self.each - 1 else PLAIN

    def start(self) -> None:
        """The next step begins now."""
        self.begun = time.monotonic()

    def add(self, index: int) -> None:
        """Step `index` is over, and the next begins."""
        now, kind = time.monotonic(), self.kind(index)
        took = now - self.begun
        if kind == PLAIN:
            self.count += 1
            before = self.seconds.get(PLAIN, 0.0)
            took = before + (took - before) / self.count
        self.seconds[kind], self.begun = took, now

    def left(self, done: int) -> float | None:
        """Seconds to the end after `done` steps; None until a step has been made that tells of the others."""
        usual = self.seconds.get(PLAIN, self.seconds.get(LAST))
        if usual is None and self.each == 1:  # no epoch has an ordinary step
            usual = self.seconds.get(FIRST)
        if usual is None:
            return None
        costs = {kind: self.seconds.get(kind, usual) for kind in (FIRST, LAST, PLAIN)}
        total, epoch = self.each * self.epochs, -(-done // self.each)  # the epoch whose first step is still to come
        first = sum(self.due(each) for each in range(epoch, self.epochs))
        last = sum(self.kind((each + 1) * self.each - 1) == LAST for each in range(done // self.each, self.epochs))
        plain = total - done - first - last
        under_way = min(time.monotonic() - self.begun, costs[self.kind(done)]) if done < total else 0.0
        return first * costs[FIRST] + last * costs[LAST] + plain * costs[PLAIN] - under_way
