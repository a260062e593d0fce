"""Turns: so many at once, fewer of one window, fairly; the abandoned are stopped, those of hidden windows are not."""

import threading
import time
from collections.abc import Iterator

import pytest

from app.background import jobs, queue
from app.background.jobs import Work
from app.background.queue import Queue


class Held:
    """Works of some windows in a queue, each in a thread of its own, computing until `go` is set."""

    def __init__(self, **limits: int) -> None:
        self.queue, self.go, self.begun = Queue(**limits), threading.Event(), []
        self.works: list[Work] = []

    def add(self, window: str, **more: object) -> Work:
        work = Work(window=window, **more)  # type: ignore[arg-type]
        self.works.append(work)
        turn = self.queue.turn(work)
        threading.Thread(target=work.through, args=(self.parts(work), window, turn), daemon=True).start()
        until(lambda: work in [*self.queue._waiting, *self.queue._computing] or not work.alive)
        return work

    def parts(self, work: Work) -> Iterator[int]:
        self.begun.append(work.window)
        while not self.go.wait(0.01):
            work.scope.check()
            yield 1

    @property
    def states(self) -> list[str]:
        return [work.state for work in self.works]


def until(condition: object, seconds: float = 10.0) -> None:
    end = time.monotonic() + seconds
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.01)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queue, "LOOK", 0.05)
    monkeypatch.setattr(jobs, "ABANDONED", 0.5)


def test_no_window_takes_all_and_whoever_has_least_is_next() -> None:
    always = {"open_": lambda _: True}
    held = Held(at_once=3, of_one_window=2)
    for window in ("a", "a", "a", "b"):
        held.add(window, **always)
    until(lambda: held.states == ["running", "running", "waiting", "running"])
    more = [held.add(window, **always) for window in ("b", "c", "d")]
    assert [held.queue.ahead(work) for work in more] == [5, 3, 4]
    assert held.queue.ahead(held.works[2]) == 6, "its window computes two"
    assert held.queue.ahead(held.works[0]) == 0
    held.works[0].stop()
    until(lambda: more[1].state == "running")
    held.go.set()
    until(lambda: not any(work.alive for work in held.works))
    assert held.begun[:4] == ["a", "a", "b", "c"]
    assert sorted(held.states) == ["done"] * 6 + ["stopped"]


def test_what_waits_can_be_stopped_and_gives_its_place_back() -> None:
    held = Held(at_once=1)
    first, second = held.add("a", open_=lambda _: True), held.add("b", open_=lambda _: True)
    second.stop()
    until(lambda: second.state == "stopped")
    assert held.begun == ["a"]
    assert held.queue._waiting == []
    first.stop()
    until(lambda: held.queue._computing == [])


def test_work_of_a_closed_window_stops_and_that_of_a_hidden_one_goes_on() -> None:
    held = Held(at_once=2)
    hidden = held.add("hidden", open_=lambda window: window == "hidden")
    closed = held.add("closed", open_=lambda window: window == "hidden")
    waiting = held.add("closed too", open_=lambda window: False)
    until(lambda: (closed.state, waiting.state) == ("stopped", "stopped"))
    assert hidden.state == "running"
    held.go.set()
    until(lambda: hidden.state == "done")


def test_one_that_looks_again_keeps_what_another_began() -> None:
    held = Held()
    work = held.add("gone")
    for _ in range(12):
        time.sleep(0.1)
        work.seen("still here")
    assert work.state == "running"
    until(lambda: work.state == "stopped")


def test_a_work_that_fails_frees_its_place() -> None:
    def broken() -> Iterator[int]:
        yield 1
        raise ValueError("no luck")

    line = Queue(at_once=1)
    for _ in range(2):
        work = Work(window="a")
        work.through(broken(), "broken", line.turn(work))
        assert (work.state, work.message) == ("failed", "no luck")
    assert line._computing == []


def test_a_work_that_cannot_be_kept_ends_all_the_same() -> None:
    def full() -> None:
        raise RuntimeError("dictionary changed size during iteration")

    work = Work(window="a")
    work.through(iter([1]), "unlucky", Queue(at_once=1).turn(work), full)
    assert (work.state, work.alive) == ("done", False)


def test_work_is_anothers_while_the_window_that_began_it_watches(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [100.0]
    monkeypatch.setattr(time, "monotonic", lambda: clock[0])
    work = Work(window="first")
    assert not work.of_another("first")
    assert work.of_another("second")
    clock[0] += 6  # the first has not looked since
    work.seen("second")
    assert not work.of_another("second"), "nobody who began it is there any more"
    assert not Work().of_another("second"), "nobody's window began it"
