"""Parts side by side: stopped, killed and failing, with their parent or without, they end with the rows of one run."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.base import run_folder
from core.runs.launchers.local import Local
from core.runs.parts import coordinator
from core.runs.run import Run
from core.runs.store import Store
from tests.core.runs.doubles import ended, running, until
from tests.core.runs.parts.tally import UNITS, at_work, parts, tallies

VALUES = [step * step for step in range(2 * UNITS)]
SLOW = {"pause": 0.15}


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    with tallies(tmp_path, monkeypatch) as made:
        yield made


def whole(run: Run) -> None:
    assert ended(run, 60) == "completed", run.status.said
    assert [row["step"] for row in run.metrics] == list(range(2 * UNITS))
    assert run.result() == {"rows": VALUES}


@pytest.mark.parametrize("count", [1, 2, 3, 5, 16])
def test_parts_are_merged_in_order(store: Store, count: int) -> None:
    run = store.submit("tally", {}, parts=count)
    whole(run)
    assert len(parts(run)) == (count if count > 1 else 0)
    assert [each.id for each in store.runs()] == [run.id], "parts are no runs of their own"
    assert run.status.progress == 1


def test_a_part_that_is_killed_is_made_again_once(store: Store) -> None:
    run = store.submit("tally", SLOW, parts=3)
    victim = at_work(run, 3)[1]
    os.kill(victim.status.pid, signal.SIGKILL)
    whole(run)
    assert [each.status.attempt for each in parts(run).values()] == [1, 2, 1], "the others are not made again"
    assert "Part 2 of 3 ended before its time and is made again: The worker ended without a word" in run.status.notes[0]


def test_parts_work_side_by_side(store: Store) -> None:
    run = store.submit("tally", {"pause": 0.6}, parts=3)
    until(lambda: [each.status.state for each in parts(run).values()] == ["running"] * 3)
    run.stop("save")
    assert ended(run) == "stopped"


@pytest.mark.parametrize(("deaths", "said"), [("kk", "The worker ended without a word"), ("ff", "the unit cannot be")])
def test_a_part_that_ends_twice_fails_its_parent_which_keeps_what_is_there(
    store: Store, deaths: str, said: str
) -> None:
    run = store.submit("tally", SLOW, parts=3)
    (run.folder / "die12").write_text(deaths)
    assert ended(run, 60) == "failed"
    assert run.status.said.startswith(f"part 2 of 3 has ended twice before its time, the second time so: {said}")
    assert all(not each.status.alive for each in parts(run).values()), "the others have stopped"
    assert sum(len(each.metrics) for each in parts(run).values()) > 8 + 4
    before = {number: each.status.attempt for number, each in parts(run).items()}
    run.resume()
    whole(run)
    assert all(parts(run)[number].status.attempt <= before[number] + 1 for number in before)


def test_stop_stops_the_parts_and_resume_goes_on_with_what_is_missing(store: Store) -> None:
    run = store.submit("tally", SLOW, parts=2)
    at_work(run, 2, 2)
    run.stop("save")
    assert ended(run) == "stopped"
    assert {each.status.state for each in parts(run).values()} == {"stopped"}
    rows = {number: each.metrics for number, each in parts(run).items()}
    run.resume()
    whole(run)
    for number, each in parts(run).items():
        assert each.metrics[: len(rows[number])] == rows[number]
        assert each.status.attempt == 2


def test_stop_now_ends_all(store: Store) -> None:
    run = store.submit("tally", SLOW, parts=2)
    at_work(run, 2)
    run.stop("now")
    until(lambda: run.status.state == "stopped")
    until(lambda: not any(each.status.alive for each in parts(run).values()))
    run.resume(on=Local())
    whole(run)


def test_parts_outlive_a_parent_that_is_killed_and_are_not_made_again(store: Store) -> None:
    run = store.submit("tally", SLOW, parts=2)
    at_work(run, 2)
    os.kill(run.status.pid, signal.SIGKILL)
    until(lambda: run.status.state == "lost")
    with pytest.raises(ValueError, match="parts of run .* are still going; stop it first"):
        run.delete()
    until(lambda: parts(run)[0].status.state == "completed")
    run.resume()
    whole(run)
    assert [each.status.attempt for each in parts(run).values()] == [1, 1]


def test_parts_without_a_parent_can_be_stopped_and_deleted(store: Store) -> None:
    run = store.submit("tally", SLOW, parts=2)
    at_work(run, 2)
    os.kill(run.status.pid, signal.SIGKILL)
    until(lambda: run.status.state == "lost")
    run.stop("save")
    until(lambda: all(each.status.state == "stopped" for each in parts(run).values()))
    run.delete()
    assert not run.folder.exists()


def test_a_part_whose_rows_are_damaged_is_made_again(store: Store) -> None:
    run = store.submit("tally", SLOW, parts=2)
    first = at_work(run, 2)[0]
    os.kill(run.status.pid, signal.SIGKILL)
    until(lambda: all(each.status.state == "completed" for each in parts(run).values()))
    lines = (first.folder / run_folder.METRICS).read_text().splitlines(keepends=True)
    (first.folder / run_folder.METRICS).write_text("".join(lines[:3] + lines[4:]))
    run.resume()
    whole(run)
    assert run.status.notes == ("Part 1 of 2 ended before its time and is made again: its rows are not in order.",)
    assert parts(run)[0].id != first.id


def test_parts_made_with_other_weights_are_refused(store: Store) -> None:
    run = store.submit("tally", SLOW, parts=2)
    at_work(run, 2)
    until(lambda: parts(run)[1].status.state == "completed")
    result = parts(run)[1].folder / run_folder.RESULT
    result.write_text(result.read_text().replace('"w"', '"x"'))
    assert ended(run) == "failed"
    assert run.status.said == "part 2 of 2 was made with other weights than part 1"
    assert run.metrics == []


def test_the_devices_are_shared_out_and_others_wait_for_all_parts(store: Store) -> None:
    run = store.submit("tally", SLOW, parts=3, device="cuda:0,cuda:1")
    other = store.submit("tally", {}, device="cuda:1")
    running(run, -1)
    assert [each.spec["device"] for each in at_work(run, 3).values()] == ["cuda:0", "cuda:1", "cuda:0"]
    assert other.status.state == "queued"
    whole(run)
    whole(other)


@pytest.mark.parametrize(("more", "said"), [
    ({"parts": 0}, "expected parts to be a whole number from 1 to 10,000, got 0"),
    ({"parts": 10_001}, "expected parts"),
])  # fmt: skip
def test_what_cannot_be_divided_is_a_sentence(store: Store, more: dict[str, int], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        store.submit("tally", {}, **more)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="walk cannot be done in parts; tally can"):
        store.submit("walk", {}, parts=2)
    assert store.runs() == []


def test_more_rows_than_can_be_summed_up_are_a_sentence_and_kept(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(coordinator, "LARGEST", 500)
    run = store.submit("tally", {}, parts=2)
    assert ended(run) == "failed"
    assert run.status.said.startswith("the rows of all parts are 0 MB, more than the 0 MB")
    assert [len(each.metrics) for each in parts(run).values()] == [UNITS, UNITS]


def test_stop_now_reaches_the_parts_of_a_run_whose_worker_does_not_live_to_tell_them(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(coordinator, "EVERY", 60.0)  # as with many parts on storage that is slow to ask
    run = store.submit("tally", {"pause": 3.0}, parts=3)
    working = list(at_work(run, 3).values())
    assert len(run.parts_at_work) == 3
    os.kill(run.status.pid, signal.SIGSTOP)  # it hears nothing
    run.stop("now")
    assert ended(run, 20) in ("stopped", "lost")
    for each in working:
        assert ended(each, 20) == "stopped"
    assert not run.parts_at_work
