"""Real jobs of submitit on this machine: stopped, killed, out of time, and gone on with elsewhere."""

import os
import signal
import time
from pathlib import Path

import pytest

from core.base.run_folder import STOP
from core.contracts.launcher import Needs
from core.runs import elsewhere, heartbeat, hints
from core.runs.launch_file import read_launch
from core.runs.launchers.local import Local
from core.runs.launchers.slurm import Slurm
from core.runs.store import Run, Store
from tests.core.runs.doubles import ended, until
from tests.core.runs.launchers.small_refinement import ASKED, lay_data, learns, whole

pytest.importorskip("submitit")
HERE = Slurm(engine="local", save_seconds=20)


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    lay_data(tmp_path)
    monkeypatch.setenv("COUNTERPROOF_DATA", str(tmp_path))
    monkeypatch.setattr(heartbeat, "EVERY", 0.5)
    monkeypatch.setattr(hints, "KEPT", 0.2)
    return Store(tmp_path / "runs", on=HERE)


def job(run: Run) -> int:
    launch = read_launch(run.folder)
    assert launch is not None
    return int(launch.job)


def over(run: Run) -> bool:
    """Whether the engine says that the job has ended."""
    return HERE.state(run.folder, str(job(run))).kind == "ended"


@pytest.mark.slow
def test_a_job_is_stopped_killed_and_gone_on_with_on_this_machine(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = store.submit("refine", ASKED)
    assert run.status.state in ("queued", "starting")
    learns(run)
    assert not (run.folder.parent / f".devices-{os.uname().nodename}").exists(), "the engine has given it its device"
    with pytest.raises(ValueError, match="is still going"):
        run.resume()
    asked = time.monotonic()
    run.stop("save")
    assert ended(run) == "stopped"
    assert time.monotonic() - asked < 15
    saved = run.status.step
    until(lambda: over(run), 30)
    assert not (run.folder / "heartbeat.json").exists()
    run.resume()
    learns(run, saved)
    monkeypatch.setattr(heartbeat, "LATE", 1.0)
    worker = run.status.pid
    os.kill(worker, signal.SIGKILL)
    until(lambda: run.status.state == "lost", 30)
    assert run.status.said == "Slurm ended the job. It can be resumed, also elsewhere."
    run.resume(on=Local())
    assert read_launch(run.folder) is None
    assert ended(run, 240) == "completed", run.log()
    assert run.status.attempt == 3
    whole(run)


@pytest.mark.slow
@pytest.mark.parametrize("hours", [1 / 60, 1.0], ids=["out of time", "pre-empted"])
def test_a_job_that_is_interrupted_saves_and_goes_on_by_itself(store: Store, hours: float) -> None:
    """submitit tells the two apart by how long it has run: only the first is counted."""
    run = store.submit("refine", ASKED, needs=Needs(hours=hours))
    learns(run)
    first, seen = run.status.pid, set()
    controller = job(run)
    children = Path(f"/proc/{controller}/task/{controller}/children").read_text().split()
    for child in children:  # what the engine does when the time is up
        os.kill(int(child), signal.SIGUSR2)

    def again() -> bool:
        status = run.status
        seen.add(status.state)
        return status.pid != first and status.state in ("running", "completed")

    until(again, 240)
    assert job(run) == controller, "the engine queued the same job again"
    assert run.status.attempt == 1
    assert seen.isdisjoint({"lost", "failed", "stopped"})
    assert not (run.folder / STOP).exists()
    if hours == 1.0:  # the other is told again and again, and where processors are busy comes to an end late
        assert ended(run, 240) == "completed", run.log()
        whole(run)
    else:
        run.stop("now")
        assert ended(run) == "stopped"


@pytest.mark.slow
def test_a_worker_whose_run_goes_on_elsewhere_ends(store: Store) -> None:
    run = store.submit("refine", ASKED)
    learns(run)
    first = run.status.pid
    os.close(elsewhere.prepare(run.folder, HERE, Needs()))
    until(lambda: not Path(f"/proc/{first}").exists(), 30)
    assert run.status.state == "lost"
    assert run.status.said == "It was never handed to Slurm. It can be resumed, also elsewhere."
