"""Many threads and processes at once, and processes that are killed while they save."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from core.base.paths import ROOT
from core.casebook import folders
from core.casebook.casebook import Casebook
from core.casebook.records import CaseFilter, ChangedMeanwhile
from tests.core.casebook.saver import small_study


@contextmanager
def saving(folder: Path, count: int) -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, "-m", "tests.core.casebook.saver", str(folder), str(count)]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, env=os.environ | {"OMP_NUM_THREADS": "1"})
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def whole(casebook: Casebook) -> int:
    """How many cases there are, each of which loads and has its tags; and no folder but theirs."""
    found = casebook.find()
    for case in found:
        casebook.load(case.uid)
        assert (casebook.folder(case.uid) / "thumbnail.png").stat().st_size
        assert case.tags == ("a", "b")
    assert len({case.uid for case in found}) == len(found) == casebook.count()
    return len(found)


def test_threads_that_save_at_once(tmp_path: Path) -> None:
    study, errors = small_study(), []

    def save(number: int) -> None:
        try:
            casebook = Casebook(tmp_path / "casebook")  # all of them make it, one migrates
            for each in range(2):
                casebook.save(study, title=f"{number} {each}", tags=["a", "b"], source="batch")
        except Exception as error:  # noqa: BLE001  told below
            errors.append(error)

    threads = [threading.Thread(target=save, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not errors
    assert whole(Casebook(tmp_path / "casebook")) == 16


def test_processes_that_save_at_once(tmp_path: Path) -> None:
    with saving(tmp_path, 6) as one, saving(tmp_path, 6) as two, saving(tmp_path, 6) as three, \
         saving(tmp_path, 6) as four:  # fmt: skip
        assert [process.wait(300) for process in (one, two, three, four)] == [0] * 4
    assert whole(Casebook(tmp_path)) == 24


def test_of_many_edits_of_one_revision_one_is_kept(tmp_path: Path) -> None:
    casebook = Casebook(tmp_path)
    uid = casebook.save(small_study(), title="x", source="batch").uid
    kept: list[str] = []
    stale: list[int] = []

    def edit(number: int) -> None:
        try:
            kept.append(casebook.edit(uid, 1, title=str(number), note="", tags=[]).title)
        except ChangedMeanwhile as error:
            stale.append(error.current.revision)

    threads = [threading.Thread(target=edit, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert stale == [2] * 7
    assert kept == [casebook.get(uid).title]
    assert casebook.get(uid).revision == 2


def test_processes_that_are_killed_while_they_save(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for round_ in range(4):
        with saving(tmp_path, 0) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == b"ready\n"
            time.sleep(0.25 + 0.057 * round_)
            os.kill(process.pid, signal.SIGKILL)
    monkeypatch.setattr(folders, "OLD", -1.0)
    casebook = Casebook(tmp_path)
    assert whole(casebook) >= 4
    known = {case.uid for case in casebook.find()} | {case.uid for case in casebook.find(CaseFilter(deleted=True))}
    assert {path.name for path in casebook.cases.iterdir()} == known


@pytest.mark.parametrize("moment", ["write", "rename", "insert"])
def test_whatever_breaks_a_save_off_no_half_case_is_seen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    casebook, study = Casebook(tmp_path), small_study()

    def broken(*_: object, **__: object) -> None:
        raise OSError("no space left")

    with monkeypatch.context() as patched:
        if moment == "write":
            patched.setattr("core.casebook.folders.thumbnail", broken)
        elif moment == "rename":
            patched.setattr(Path, "rename", broken)
        else:
            patched.setattr(Casebook, "session", broken)
        with pytest.raises(OSError, match="no space left"):
            casebook.save(study, title="x", source="batch")
    assert casebook.count() == 0
    assert len(list(casebook.cases.iterdir())) == (1 if moment == "insert" else 0)
    monkeypatch.setattr(folders, "OLD", -1.0)
    assert Casebook(tmp_path).count() == 0
    assert len(list(casebook.cases.iterdir())) == (1 if moment == "insert" else 0), "whole: it stays"
