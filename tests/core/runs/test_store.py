"""The store of runs: what a run leaves, found again by anyone, many readers, a folder that cannot be written."""

import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from core.base.paths import ROOT
from core.runs import files
from core.runs.store import Run, Store
from core.runs.worker import work
from tests.core.runs.doubles import TASKS, Forks, as_nobody, ended, running, until


def test_done(uninterrupted: Run) -> None:
    value, rows = 1, []
    for step in range(150):
        value = (value * 6364136223846793005 + 1442695040888963407 + step) % 2**64
        rows += [{"step": step, "value": value}] + [{"step": step, "share": value / 2**64}] * (step % 7 == 3)
    assert uninterrupted.metrics == rows
    assert uninterrupted.result() == {"value": value}
    status = uninterrupted.status
    assert (status.progress, status.attempt, status.said) == (1.0, 1, "")
    assert status.submitted <= status.started <= status.ended  # type: ignore[operator]
    assert uninterrupted.checkpoint is not None
    assert uninterrupted.checkpoint.name == "checkpoint-149"
    names = {"spec.json", "status.json", "metrics.jsonl", "result.json", "lock", "checkpoint-149", "receipts.jsonl"}
    assert {path.name for path in uninterrupted.folder.iterdir()} == names
    with pytest.raises(ValueError, match="nothing to resume"):
        uninterrupted.resume()


def test_many_readers_never_stand_in_the_way(store: Store, forks: Forks, uninterrupted: Run) -> None:
    """A page that polls looks at the lock all the time: resuming must not take it for a worker."""
    run = store.submit("walk", {"steps": 150, "pause": 0.02})
    running(run, 5)
    over, seen = threading.Event(), set()

    def look() -> None:
        while not over.is_set():
            seen.add(run.status.state)

    readers = [threading.Thread(target=look) for _ in range(3)]
    for reader in readers:
        reader.start()
    try:
        for _ in range(5):
            run.stop("save")
            assert ended(run) == "stopped"
            until(lambda: not files.held(run.folder / "lock"))
            run.resume()
        assert ended(run) == "completed"
    finally:
        over.set()
        for reader in readers:
            reader.join()
    assert run.metrics == uninterrupted.metrics
    run = store.submit("walk", {"steps": 5000})
    running(run)
    forks.kill()
    until(lambda: run.status.state == "lost")
    with ThreadPoolExecutor(4) as pool:  # nor does one reader take another for a worker
        assert set(pool.map(lambda _: run.status.state, range(2000))) == {"lost"}
    assert "lost" not in seen
    assert "failed" not in seen


def test_inline_and_a_new_store(tmp_path: Path, uninterrupted: Run) -> None:
    """The work needs no process of its own: another engine may do it later, in the folder alone."""

    def nothing(_folder: Path, _lock: int) -> None: ...

    run = Store(tmp_path, nothing).submit("walk", {"steps": 150})
    assert run.status.state == "lost"
    assert work(run.folder, TASKS) == 0
    assert not files.held(run.folder / "lock")
    again = Store(tmp_path).runs()
    assert [each.id for each in again] == [run.id]
    assert again[0].status.state == "completed"
    assert again[0].metrics == uninterrupted.metrics
    assert again[0].spec["task"] == "walk"
    for name in ("../x", run.id + "/..", "", "20000101-000000-00000000"):
        with pytest.raises(ValueError, match="no run"):
            Store(tmp_path).run(name)


def test_a_read_only_folder_is_a_sentence(tmp_path: Path) -> None:
    place = tmp_path / "runs"
    run = Store(place, lambda *_: None).submit("walk", {"steps": 5})
    for path in (run.folder, place):
        path.chmod(0o555)
    for path in run.folder.iterdir():
        path.chmod(0o444)
    for above in (tmp_path, *tmp_path.parents[:2]):  # pytest's own folders, closed to others
        above.chmod(0o755)

    def tries() -> list[str]:
        said = []
        for act in (lambda: Store(place).submit("walk", {}), run.resume, run.delete, lambda: work(run.folder, TASKS)):
            try:
                act()
                said.append("")
            except OSError as error:
                said.append(str(error))
        return said

    said = as_nobody(tries)
    assert said[0] == f"runs cannot be written to {place}: Permission denied"
    assert said[1] == said[2] == f"run {run.id} cannot be changed: Permission denied"
    assert said[3] == f"the run in {run.folder} cannot be written: Permission denied"


def test_the_store_needs_the_standard_library_only() -> None:
    code = (
        "import sys, core.runs.store, core.runs.worker; names = {name.split('.')[0] for name in sys.modules};"
        "print(*sorted(names - sys.stdlib_module_names - {'__main__', 'core'}))"
    )
    out = subprocess.run([sys.executable, "-S", "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert out.stdout.split() == []
