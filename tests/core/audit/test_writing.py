"""Entries by several processes at once, killed ones, and a trail that cannot be written."""

import json
import os
import pwd
import signal
import subprocess
import sys
import threading
import time
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pytest

from core.audit import append as appending
from core.audit.lines import tail
from core.audit.locked import alone
from core.audit.record import record, user
from core.audit.verify import verify
from core.base.paths import ROOT
from tests.core.audit.trails import filled, lines
from tests.core.runs.doubles import as_nobody

DYING = """
import os, signal, sys
from core.audit import lines
from core.audit.record import record
write, part = os.write, float(sys.argv[1])

def dies(handle, raw):
    write(handle, bytes(raw)[: int(part * len(raw))])
    os.kill(os.getpid(), signal.SIGKILL)

record("before", {})
if part < 1:
    os.write = dies
    record("dies", {})
else:
    from core.audit import append
    append.write_head = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
    record("between", {})
"""


def many(number: int) -> None:
    for each in range(40):
        assert record("at once", {"by": number, "each": each}) == ""


def test_two_processes_and_threads_at_once_leave_a_whole_trail(home: Path) -> None:
    processes = [get_context("fork").Process(target=many, args=(number,)) for number in range(2)]
    threads = [threading.Thread(target=many, args=(number,)) for number in (2, 3)]
    both: list[Any] = [*processes, *threads]
    for each in both:
        each.start()
    for each in both:
        each.join()
    report = verify()
    assert report.whole
    assert [process.exitcode for process in processes] == [0, 0]
    said = [(entry.facts["by"], entry.facts["each"]) for entry in report.entries[1:]]
    assert sorted(said) == [(by, each) for by in range(4) for each in range(40)]
    for by in range(4):
        assert [each for who, each in said if who == by] == list(range(40)), "each one's in the order they were made"


@pytest.mark.parametrize("part", [0.0, 0.01, 0.5, 0.999, 1.0])
def test_a_kill_in_the_middle_of_an_entry_leaves_a_trail_that_verifies(home: Path, part: float) -> None:
    filled(home, 2)
    dead = subprocess.run([sys.executable, "-c", DYING, str(part)], cwd=ROOT, env=os.environ, check=False)
    assert dead.returncode == -signal.SIGKILL
    torn = part not in (0.0, 1.0)
    assert (tail(home / "audit" / "trail.jsonl").torn != b"") == torn
    assert verify().whole
    assert bool(verify().notes) == torn
    assert record("after", {}) == ""
    report = verify()
    assert report.whole
    assert report.notes == ()
    between = ["between"] if part == 1.0 else ["trail mended"] if torn else []
    assert [entry.event for entry in report.entries] == [
        "trail begun",
        "event 0",
        "event 1",
        "before",
        *between,
        "after",
    ]
    if torn:
        kept = home / "audit" / report.entries[-2].facts["torn"]["file"]
        assert kept.stat().st_size == report.entries[-2].facts["torn"]["bytes"]
        kept.write_bytes(b"other")
        assert [each.kind for each in verify().findings] == ["file"]


def test_the_very_first_entry_torn_off(home: Path) -> None:
    (home / "audit").mkdir()
    (home / "audit" / "trail.jsonl").write_text('{"n":1,"be')
    assert record("a", {}) == ""
    assert [entry.event for entry in verify().entries] == ["trail begun", "trail mended", "a"]
    assert verify().whole


def test_a_last_entry_chopped_by_hand_is_missing_though_it_looks_torn(home: Path) -> None:
    filled(home)
    path = home / "audit" / "trail.jsonl"
    path.write_bytes(path.read_bytes()[:-20])
    assert [(each.kind, each.entry) for each in verify().findings][0] == ("removed", 8)
    assert record("after", {}) == ""
    assert [(each.kind, each.entry) for each in verify().findings][0] == ("removed", 8)


def test_an_entry_takes_the_same_time_however_long_the_trail_is(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing but the head is read: an unreadable trail of the size that the head names is never looked into."""
    filled(home, 3)
    monkeypatch.setattr(appending, "tail", lambda _: pytest.fail("the trail was read"))
    filled(home, 2)
    assert len(lines(home)) == 6


def test_an_unwritable_trail_is_one_clear_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "closed").mkdir()
    monkeypatch.setenv("COUNTERPROOF_HOME", str(tmp_path / "closed"))
    (tmp_path / "closed").chmod(0o555)
    for above in (tmp_path, *tmp_path.parents[:2]):
        above.chmod(0o755)
    assert as_nobody(lambda: [record("a", {})]) == [
        "The audit trail cannot be written, so what happens here is missing in it: Permission denied."
    ]
    monkeypatch.setenv("COUNTERPROOF_HOME", "~nobody-of-that-name/x")
    assert "no user 'nobody-of-that-name'" in record("a", {})


def test_a_lock_that_is_never_let_go_of_is_a_sentence(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    filled(home, 1)
    monkeypatch.setattr(appending, "alone", lambda lock: alone(lock, 0.1))
    begun = time.monotonic()
    with alone(home / "audit" / "lock"):
        assert "another process has held" in record("a", {})
    assert time.monotonic() - begun < 5
    assert record("a", {}) == ""


def test_a_full_disk_leaves_nothing_of_an_entry(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    filled(home, 1)
    before = lines(home)
    monkeypatch.setattr(os, "fsync", lambda _: (_ for _ in ()).throw(OSError(28, "No space left on device")))
    assert record("a", {}).endswith("No space left on device.")
    monkeypatch.undo()
    assert (home / "audit" / "trail.jsonl").read_text().splitlines() == before


def test_who_is_the_systems_name_for_the_user_whatever_the_environment_says(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("USER", "somebody-else")
    monkeypatch.setenv("LOGNAME", "somebody-else")
    filled(home, 1)
    entry = json.loads(lines(home)[-1])
    assert entry["who"] == user() != "somebody-else"
    assert set(entry) == {"n", "time", "who", "event", "run", "task", "facts", "code", "before", "hash"}
    monkeypatch.setattr(pwd, "getpwuid", lambda _: (_ for _ in ()).throw(KeyError("no such user")))
    assert user() == str(os.geteuid())


def test_settings_that_cannot_be_in_an_entry_are_left_out_and_the_rest_is_there(home: Path) -> None:
    deep: list[object] = []
    for _ in range(40):
        deep = [deep]
    for spec in (deep, "x" * 300_000, {"a": float("nan")}, {"a": "\ud800"}):
        assert record("a", {"spec": spec, "more": 3}) == ""
        assert json.loads(lines(home)[-1])["facts"] == {"more": 3}
    assert verify().whole
