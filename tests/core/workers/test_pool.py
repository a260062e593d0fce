"""Workers side by side: used again, stopped, killed, waited for, ended; nobody notices what happens to another."""

import os
import signal
import sys
import threading
from pathlib import Path

import pytest

from core.base.cancellation import Cancelled, CancelScope
from core.workers import conversation, size
from core.workers import pool as pools
from core.workers.conversation import DIED, Unexpected
from core.workers.nursery import NICE
from core.workers.pool import Pool
from core.workers.start import Process, Starter
from core.workers.worker import PATIENT
from tests.core.workers import doing
from tests.core.workers.conftest import Going, until
from tests.core.workers.digits import MODEL, NAMED


def gone(number: int) -> bool:
    """Whether there is no such process, but as the remains that its parent has not looked at yet."""
    try:
        return Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


def test_one_with_nothing_to_do_is_used_again(workers: Pool) -> None:
    first = workers.ask(doing.number, ())
    assert workers.ask(doing.number, ()) == first != os.getpid()


def test_two_at_once_are_two_processes_and_neither_waits_for_the_other(workers: Pool, tmp_path: Path) -> None:
    go = tmp_path / "go"
    first, second = (Going(workers.parts(doing.until_there, (), go)) for _ in range(2))
    assert first.begun() != second.begun()
    third = workers.ask(doing.number, ())
    assert third not in (first.begun(), second.begun())
    assert first.alive
    assert second.alive
    go.touch()
    assert first.ended().error is second.ended().error is None


@pytest.mark.skipif(sys.platform != "linux", reason="threads have a niceness of their own on Linux alone")
def test_what_is_asked_second_gives_way_to_what_is_asked_first_each_time(workers: Pool) -> None:
    here = os.getpriority(os.PRIO_PROCESS, 0)
    for _ in range(2):
        first, second = workers.parts(doing.niceness, (), then=doing.niceness)
        assert first == (here + NICE, here + NICE)
        assert second == (here + NICE + PATIENT, here + NICE + PATIENT)


def test_a_second_question_is_stopped_and_fails_like_a_first(workers: Pool) -> None:
    going = Going(workers.parts(doing.number, (), then=doing.until_stopped))
    until(lambda: len(going.seen) == 2)
    number = going.seen[0]
    going.scope.stop()
    assert isinstance(going.ended().error, Cancelled)
    assert workers.ask(doing.number, ()) == number
    with pytest.raises(ValueError, match="no luck"):
        list(workers.parts(doing.hears, (), ValueError, "no luck", then=doing.fails))


def test_a_stop_is_heard_and_the_worker_is_used_again(workers: Pool) -> None:
    going = Going(workers.parts(doing.until_stopped, ()))
    number = going.begun()
    going.scope.stop()
    assert isinstance(going.ended().error, Cancelled)
    assert workers.ask(doing.number, ()) == number


def test_one_that_does_not_hear_a_stop_is_ended(workers: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conversation, "PATIENCE", 0.3)
    going = Going(workers.parts(doing.deaf, ()))
    number = going.begun()
    going.scope.stop()
    assert isinstance(going.ended().error, Cancelled)
    until(lambda: gone(number))
    assert workers.ask(doing.number, ()) != number


def test_one_that_is_killed_fails_its_own_question_in_a_sentence(workers: Pool, tmp_path: Path) -> None:
    go = tmp_path / "go"
    other, killed = (Going(workers.parts(doing.until_there, (), go)) for _ in range(2))
    other.begun()
    os.kill(killed.begun(), signal.SIGKILL)
    error = killed.ended().error
    assert isinstance(error, OSError)
    assert str(error) == DIED
    assert other.alive
    assert workers.ask(doing.number, ()) not in (killed.begun(), other.begun())
    go.touch()
    assert other.ended().error is None


def test_one_that_is_killed_with_nothing_to_do_is_not_asked(workers: Pool) -> None:
    number = workers.ask(doing.number, ())
    os.kill(number, signal.SIGKILL)
    until(lambda: gone(number))
    assert workers.ask(doing.number, ()) != number


def test_who_walks_away_in_the_middle_ends_the_worker(workers: Pool) -> None:
    parts = workers.parts(doing.until_stopped, ())
    number = next(parts)
    parts.close()
    until(lambda: gone(number))
    assert workers.busy == 0


@pytest.mark.skipif(not Starter().forked, reason="workers are not forked on this system")
def test_where_the_one_that_forks_is_killed_another_takes_its_place(tmp_path: Path) -> None:
    pool, go = Pool(3, 1), tmp_path / "go"
    going = Going(pool.parts(doing.until_there, (), go))
    going.begun()
    assert pool.starter._nursery is not None
    pool.starter._nursery.kill()
    assert pool.ask(doing.number, ()) != going.begun()
    go.touch()
    assert going.ended().error is None
    pool.close()


def test_where_nothing_is_forked_a_worker_is_started_and_ended(tmp_path: Path) -> None:
    pool = Pool(1, 1)
    pool.starter = Starter(forked=False)
    going = Going(pool.parts(doing.deaf, ()))
    number = going.begun()
    os.kill(number, signal.SIGKILL)
    assert str(going.ended().error) == DIED
    assert pool.busy == 0
    pool.close()


@pytest.mark.parametrize(
    ("kind", "raised", "said"),
    [(ValueError, ValueError, "no luck"), (FileNotFoundError, OSError, "no luck"), (KeyError, Unexpected, "KeyError")],
)
def test_errors_come_back_as_they_were(
    workers: Pool, kind: type[Exception], raised: type[Exception], said: str
) -> None:
    with pytest.raises(raised, match=said):
        list(workers.parts(doing.fails, (), kind, "no luck"))
    assert workers.busy == 0


def test_who_finds_no_place_waits_and_can_be_stopped(workers: Pool, tmp_path: Path) -> None:
    pool, go = Pool(1, 1), tmp_path / "go"
    pool.starter = workers.starter
    going = Going(pool.parts(doing.until_there, (), go))
    going.begun()
    waiting, stopped = Going(pool.parts(doing.number, ())), Going(pool.parts(doing.number, ()))
    stopped.scope.stop()
    assert isinstance(stopped.ended().error, Cancelled)
    assert waiting.seen == []
    go.touch()
    assert waiting.ended().seen == [going.begun()]


def test_without_memory_for_more_one_computes_at_a_time(
    workers: Pool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pool, go = Pool(5, 1), tmp_path / "go"
    pool.starter = workers.starter
    monkeypatch.setattr(size.memory_info, "available", lambda: size.LEFT - 1)
    first, second = (Going(pool.parts(doing.until_there, (), go)) for _ in range(2))
    until(lambda: first.seen or second.seen)
    assert pool.busy == 1
    go.touch()
    assert first.ended().begun() == second.ended().begun(), "the second takes the worker of the first"


def test_one_that_has_grown_is_replaced(workers: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(size, "RETIRED", 1)
    number = workers.ask(doing.number, ())
    until(lambda: gone(number))


def test_what_was_idle_for_long_ends_but_the_last_used(
    workers: Pool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pools, "IDLE", 0.3)
    pool, go = Pool(3, 1), tmp_path / "go"
    pool.starter = workers.starter
    both = [Going(pool.parts(doing.until_there, (), go)) for _ in range(2)]
    numbers = [each.begun() for each in both]
    go.touch()
    until(lambda: sum(map(gone, numbers)) == 1)
    until(lambda: not [each for each in threading.enumerate() if each.name == "idle workers"])
    assert [process.number for process in pool.idle] == [each for each in numbers if not gone(each)]


def test_it_reads_files_where_the_server_does(workers: Pool, home: Path) -> None:
    assert workers.ask(doing.environment, (), "COUNTERPROOF_HOME") == str(home)


def test_passes_are_counted_where_they_are_asked_for(workers: Pool) -> None:
    with CancelScope() as scope:
        found = list(workers.parts(doing.passes, (NAMED,), 3))
    assert len(found) == 3
    assert (scope.forwards, scope.queries, scope.graded) == (3, 3, 0)
    assert MODEL.key in workers.idle[-1].models


def test_of_those_with_nothing_to_do_one_that_holds_the_model_is_asked(workers: Pool) -> None:
    def holding(*models: str) -> Process:
        process = workers.starter.start()
        process.models = models
        return process

    pool = Pool(3, 1)
    pool.idle = [holding("other"), holding("other", NAMED.name), holding("another")]
    second = pool.idle[1]
    assert pool._taken((NAMED,)) is second
    for each in (*pool.idle, second):
        each.end()
