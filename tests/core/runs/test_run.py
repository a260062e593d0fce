"""One run: stopped in every way, killed at any moment, resumed and deleted."""

import os
import platform
import random
import signal
import subprocess
import sys
import time
from dataclasses import replace
from typing import Any

import pytest

from core.runs import files
from core.runs.launchers.local import end
from core.runs.status import write_status, written
from core.runs.store import Run, Store
from core.runs.worker import work
from tests.core.runs.doubles import FINAL, TASKS, Forks, ended, running, until


def test_stop_and_save_then_resume(store: Store, uninterrupted: Run) -> None:
    run = store.submit("walk", {"steps": 150, "pause": 0.02})
    running(run, 7)
    run.stop("save")
    asked = time.monotonic()
    assert run.status.state in ("stopping", "stopped")
    assert ended(run) == "stopped"
    assert time.monotonic() - asked < 3
    last = run.metrics[-1]["step"]
    assert run.status.said == f"Stopped after step {last + 1}."
    assert run.checkpoint is not None
    assert run.checkpoint.name == f"checkpoint-{last}"
    run.resume()
    assert ended(run) == "completed"
    assert run.metrics == uninterrupted.metrics
    assert run.result() == uninterrupted.result()


@pytest.mark.parametrize(("task", "arguments"), [("walk", {"steps": 5000}), ("deaf", {}), ("preparing", {})])
def test_stop_now(store: Store, task: str, arguments: dict[str, Any]) -> None:
    run = store.submit(task, arguments)
    until(lambda: run.status.state == ("starting" if task == "preparing" else "running"))
    run.stop("now")
    asked = time.monotonic()
    assert ended(run) == "stopped"
    assert time.monotonic() - asked < 3
    until(lambda: not files.held(run.folder / "lock"))


def test_stop_and_save_while_there_is_nothing_to_save(store: Store) -> None:
    run = store.submit("preparing", {})
    until(lambda: run.status.state == "starting")
    run.stop("save")
    asked = time.monotonic()
    assert ended(run) == "stopped"
    assert time.monotonic() - asked < 3


def test_a_worker_that_hears_nothing_at_all_is_ended(store: Store, forks: Forks) -> None:
    """Stopped by SIGSTOP, as if it hung in a driver: the store ends it, and says stopped, not lost."""
    run = store.submit("walk", {"steps": 5000})
    running(run)
    os.kill(forks.pids[-1], signal.SIGSTOP)
    run.stop("now")
    asked = time.monotonic()
    assert run.status.state == "stopping"
    assert ended(run) == "stopped"
    assert time.monotonic() - asked < 3


def test_killed_at_random_moments_many_times(store: Store, forks: Forks, uninterrupted: Run) -> None:
    draw = random.Random(0)
    run = store.submit("walk", {"steps": 150, "pause": 0.01})
    kills = 0
    while True:
        time.sleep(draw.uniform(0.0, 0.15))
        forks.kill()
        until(lambda: run.status.state in FINAL)
        if run.status.state == "completed":
            break
        assert run.status.state == "lost"
        steps = [row["step"] for row in run.metrics]
        assert steps == sorted(steps)
        kills += 1
        assert kills < 300
        run.resume()
    assert kills >= 15
    assert run.metrics == uninterrupted.metrics
    assert run.result() == uninterrupted.result()


def test_half_written_rows_and_checkpoints_are_dropped(store: Store, forks: Forks, uninterrupted: Run) -> None:
    run = store.submit("walk", {"steps": 150, "pause": 0.02})
    running(run, 12)
    forks.kill()
    until(lambda: run.status.state == "lost")
    assert run.checkpoint is not None
    part = run.folder / "checkpoint-14.part"
    part.mkdir(exist_ok=True)
    (part / "value.json").write_text("7")
    older = run.folder / "checkpoint-2"  # a kill between a new checkpoint and the removal of the old one
    older.mkdir()
    (older / "value.json").write_text("7")
    whole = run.metrics
    for name, age in ((".old.part", 100), (".new.part", 0)):
        (run.folder / name).touch()
        os.utime(run.folder / name, (time.time() - age,) * 2)
    with (run.folder / "metrics.jsonl").open("a") as file:
        file.write('{"step": 9')
    assert run.metrics == whole
    run.resume()
    assert ended(run) == "completed"
    assert run.metrics == uninterrupted.metrics
    assert not older.exists()
    assert [path.name for path in run.folder.glob("*.part")] == [".new.part"]


def test_a_zombie_and_a_reused_process_id_are_not_alive(store: Store, forks: Forks) -> None:
    run = store.submit("walk", {"steps": 5000})
    running(run)
    forks.kill()
    until(lambda: run.status.state == "lost")
    os.kill(forks.pids[-1], 0)  # the zombie still has its id
    bystander = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"], start_new_session=True)
    try:
        write_status(run.folder, replace(written(run.folder), pid=bystander.pid, host=platform.node()))
        assert run.status.state == "lost"
        run.stop("now")
        end(run.folder, run.status.attempt)
        time.sleep(0.2)
        assert bystander.poll() is None
    finally:
        bystander.kill()
        bystander.wait()


def test_a_run_that_goes_can_be_neither_resumed_nor_deleted_nor_worked_on(store: Store) -> None:
    run = store.submit("walk", {"steps": 5000})
    running(run)
    with pytest.raises(ValueError, match="still going"):
        run.resume()
    with pytest.raises(ValueError, match="stop it first"):
        run.delete()
    with pytest.raises(ValueError, match="another worker"):
        work(run.folder, TASKS)
    run.stop("save")
    ended(run)
    with pytest.raises(ValueError, match="resume it"):
        work(run.folder, TASKS)
    until(lambda: not files.held(run.folder / "lock"))
    run.delete()
    assert store.runs() == []
    assert [path.name for path in store.root.iterdir() if not path.name.startswith(".devices")] == []
    with pytest.raises(ValueError, match="no run"):
        store.run(run.id)
