"""Runs leave entries, and the files those answer for are compared with what lies on the disk."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.audit.verify import verify
from core.base.run_folder import LOCK
from core.runs.files import held
from core.runs.store import Run, Store
from tests.core.audit.trails import tamper
from tests.core.runs.doubles import Forks, as_nobody, ended, running, until


@pytest.fixture
def store(home: Path) -> Iterator[Store]:
    forks = Forks()
    yield Store(home / "runs", forks.launch)
    forks.reap()


def over(run: Run) -> str:
    state = ended(run)
    until(lambda: not held(run.folder / LOCK))
    return state


def events(run: Run) -> list[str]:
    return [entry.event for entry in verify().entries if entry.run == run.id]


def kinds() -> list[str]:
    return [finding.kind for finding in verify().findings]


def test_a_run_from_its_submission_to_its_deletion(store: Store) -> None:
    run = store.submit("walk", {"steps": 3000, "data": "digits", "classifier": "a:b"})
    running(run, 10)
    run.stop("save")
    assert over(run) == "stopped"
    run.resume()
    running(run, 20)
    run.stop("save")
    assert over(run) == "stopped"
    first = ["run submitted", "run started", "stop asked", "run ended"]
    assert events(run) == [*first, "run resumed", *first[1:]]
    entries = [entry for entry in verify().entries if entry.run == run.id]
    assert {entry.task for entry in entries} == {"walk"}
    spec = json.loads((run.folder / "spec.json").read_text())
    facts = entries[0].facts
    assert (facts["spec"], facts["models"], facts["data"]) == (spec, ["a:b"], "digits")
    assert set(entries[0].code) >= {"version", "sha256"}
    assert entries[3].facts["state"] == "stopped"
    assert entries[4].facts["attempt"] == 2
    receipts = [json.loads(line) for line in (run.folder / "receipts.jsonl").read_text().splitlines()]
    assert [(each["n"], each["hash"]) for each in receipts] == [(entry.n, entry.hash) for entry in entries]
    assert verify().whole
    run.delete()
    assert events(run)[-1] == "run deleted"
    assert verify().whole


def test_two_runs_that_end_at_once(store: Store) -> None:
    runs = [store.submit("walk", {"steps": 300}, device=f"cuda:{number}") for number in range(3)]
    assert [over(run) for run in runs] == ["completed"] * 3
    assert verify().whole
    assert [events(run) for run in runs] == [["run submitted", "run started", "run ended"]] * 3


def test_a_failed_run_and_one_stopped_at_once(store: Store) -> None:
    run = store.submit("broken", {})
    assert over(run) == "failed"
    said = verify().entries[-1].facts
    assert (said["state"], said["said"][:17]) == ("failed", "ZeroDivisionError")
    run = store.submit("deaf", {})
    running(run, -1)
    run.stop("now")
    assert over(run) == "stopped"
    assert events(run) == ["run submitted", "run started", "stop asked", "run ended"]
    assert verify().whole


def test_a_killed_run_leaves_a_whole_trail(store: Store, home: Path) -> None:
    forks = Forks()
    run = Store(home / "runs", forks.launch).submit("walk", {"steps": 3000})
    running(run, 20)
    forks.kill()
    assert over(run) == "lost"
    forks.reap()
    assert events(run) == ["run submitted", "run started"]
    assert verify().whole


@pytest.mark.parametrize("name", ["spec.json", "result.json", "metrics.jsonl"])
def test_a_file_that_was_altered_or_removed_is_named(store: Store, name: str) -> None:
    run = store.submit("walk", {"steps": 20})
    assert over(run) == "completed"
    assert verify().whole
    raw = (run.folder / name).read_bytes()
    (run.folder / name).write_bytes(raw + b" ")
    (finding,) = verify().findings
    number = 4 if name != "spec.json" else 3
    assert (finding.kind, finding.said) == (
        "file", f"{name} of run {run.id} is not the file that entry {number} answers for"
    )  # fmt: skip
    assert verify(going=lambda _: True).whole, "while a worker is at it, nothing is said of its files"
    (run.folder / name).unlink()
    assert "is gone" in verify().findings[0].said
    (run.folder / name).write_bytes(raw)
    assert verify().whole


def test_a_folder_that_is_gone_without_a_word(store: Store) -> None:
    run = store.submit("walk", {"steps": 20})
    assert over(run) == "completed"
    run.folder.rename(run.folder.with_name("away"))
    assert verify().findings[0].said == f"the folder of run {run.id} is gone, and no entry says that it was deleted"


def test_a_run_from_before_is_a_note(store: Store, home: Path) -> None:
    (home / "runs" / "20200101-000000-00000001").mkdir(parents=True)
    assert verify().whole
    assert verify().notes == ("runs that the trail knows nothing of, as they were made before it: 1",)


def test_a_name_that_leads_out_of_the_folder_is_not_followed(store: Store, home: Path) -> None:
    from core.audit.record import record

    assert record("x", {"files": {"../../secret": "0" * 64, "/etc/passwd": "0" * 64}}) == ""
    assert {finding.said for finding in verify().findings} == {"entry 2 names a file outside of its folder"}


def test_all_entries_of_a_run_taken_out_are_missed(store: Store) -> None:
    run = store.submit("walk", {"steps": 20})
    assert over(run) == "completed"
    tamper(Path(run.folder.parent.parent), lambda given: given.__delitem__(slice(1, None)))
    assert kinds() == ["removed", "receipt"]


def test_a_trail_that_cannot_be_written_is_a_note_of_the_run_and_not_its_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place, closed = tmp_path / "runs", tmp_path / "closed"
    place.mkdir()
    place.chmod(0o777)
    closed.mkdir(mode=0o555)
    for above in (tmp_path, *tmp_path.parents):
        if above.name.startswith(("test_", "pytest-", "popen-")):  # the last one of workers side by side
            above.chmod(0o755)
    monkeypatch.setenv("COUNTERPROOF_HOME", str(closed))

    def tries() -> list[str]:
        forks = Forks()
        run = Store(place, forks.launch).submit("walk", {"steps": 20})
        state = over(run)
        forks.reap()
        return [state, *run.status.notes]

    note = "The audit trail cannot be written, so what happens here is missing in it: Permission denied."
    assert as_nobody(tries) == ["completed", note]
