"""What is handed to Slurm, word for word, and what becomes of its answers."""

import os
import sys
from pathlib import Path

import pytest

from core.base.paths import ROOT
from core.contracts.launcher import JobState, Needs
from core.runs import files, hints
from core.runs.launch_file import read_launch
from core.runs.launchers._slurm_words import state_of
from core.runs.launchers.slurm import Slurm
from core.runs.store import Run, Store
from core.runs.submission import submission
from tests.core.runs.doubles import until
from tests.core.runs.launchers.slurm_double import SlurmDouble, slurm

__all__ = ["slurm"]
pytest.importorskip("submitit")

GOLDEN = Path(__file__).parent / "golden"
ASKED = {
    "plain": (Slurm(), Needs()),
    "gpus": (Slurm(partition="gpu", account="lab", qos="long", constraint="a100", save_seconds=300),
             Needs(gpus=2, cpus=16, memory_gb=64, hours=4)),
    "odd": (Slurm(partition="a b; rm -rf $HOME"), Needs(memory_gb=1.5, hours=0.25)),
}  # fmt: skip


@pytest.fixture(autouse=True)
def answers_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hints, "KEPT", 0.0)


def submitted(place: Path, on: Slurm, needs: Needs) -> Run:
    return Store(place / "runs").submit("walk", {"steps": 3}, on=on, needs=needs)


def looks(run: Run) -> tuple[str, str]:
    """State and words, once the engine has been asked anew."""
    hints.forget(run.folder)
    status = run.status
    return status.state, status.said


def token(run: Run) -> str:
    launch = read_launch(run.folder)
    assert launch is not None
    return launch.token


@pytest.mark.parametrize("name", ASKED)
def test_the_script_is_the_one_that_was_agreed_on(tmp_path: Path, slurm: SlurmDouble, name: str) -> None:
    on, needs = ASKED[name]
    run = submitted(tmp_path, on, needs)
    said = slurm.script.replace(str(run.folder), "FOLDER").replace(run.id[-8:], "NAME")
    said = said.replace(sys.executable, "PYTHON").replace(str(ROOT), "ROOT")
    if os.environ.get("COUNTERPROOF_GOLDEN"):  # write them anew, to be read by somebody
        (GOLDEN / f"{name}.sh").write_text(said)
    assert said == (GOLDEN / f"{name}.sh").read_text()
    launch = read_launch(run.folder)
    assert launch is not None
    assert (launch.job, launch.needs, run.place) == ("4242", needs, "Slurm")
    assert run.spec["device"] == ("cuda:0,cuda:1" if needs.gpus else "cpu")
    assert (run.folder / "engine").stat().st_mode & 0o077 == 0, "what is loaded there is nobody else's to write"


def test_a_run_waits_with_the_reason_starts_and_is_lost(tmp_path: Path, slurm: SlurmDouble) -> None:
    run = submitted(tmp_path, Slurm(), Needs())
    assert looks(run) == ("queued", "Waits at Slurm: jobs of higher priority go first.")
    assert not files.held(run.folder / "lock")
    with pytest.raises(ValueError, match="is still going"):
        run.resume()
    with pytest.raises(ValueError, match="is still going; stop it first"):
        run.delete()
    slurm.answers("squeue", "RUNNING|None|n17")
    assert looks(run) == ("starting", "Slurm starts it: on n17.")
    slurm.answers("squeue", "FAILED|NonZeroExitCode|n17")
    state, said = looks(run)
    assert state == "lost"
    assert said.startswith(
        "Slurm ended the job before the run gave a sign of life: it failed (n17); perhaps that machine"
    )
    assert said.endswith(
        f"does not see {run.folder}, which must be on shared storage. It can be resumed, also elsewhere."
    )
    slurm.answers("squeue", "", code=1, error="slurm_load_jobs error: Unable to contact slurm controller")
    assert looks(run) == (
        "lost",
        "Slurm does not answer: slurm_load_jobs error: Unable to contact slurm controller. "
        "It can be resumed, also elsewhere.",
    )


def test_a_run_that_waits_is_taken_out_of_the_queue_by_either_stop(tmp_path: Path, slurm: SlurmDouble) -> None:
    for how in ("save", "now"):
        slurm.answers("squeue", "PENDING|Resources|")
        run = submitted(tmp_path, Slurm(), Needs())
        assert looks(run)[0] == "queued"
        before, had = len(slurm.asked("scancel")), token(run)
        run.stop(how)  # type: ignore[arg-type]
        until(lambda before=before: len(slurm.asked("scancel")) == before + 1)  # type: ignore[misc]
        assert slurm.asked("scancel")[-1] == "4242"
        until(lambda run=run: run.status.state == "stopped")  # type: ignore[misc]
        with pytest.raises(ValueError, match="has been handed to somebody else"), submission(run.folder, had):
            pytest.fail("a job that starts yet finds that it is not meant")
        assert run.status.attempt == 1


def test_what_slurm_refuses_is_a_sentence(tmp_path: Path, slurm: SlurmDouble) -> None:
    slurm.answers("sbatch", "", code=1, error="sbatch: error: invalid partition specified: gpu")
    with pytest.raises(OSError, match="invalid partition specified: gpu"):
        submitted(tmp_path, Slurm(partition="gpu"), Needs())
    (run,) = Store(tmp_path / "runs").runs()
    assert run.status.state == "failed"
    assert run.status.said.startswith("It could not be handed to Slurm: ")
    slurm.answers("sbatch", "Submitted batch job 4243")
    run.resume()
    assert looks(run)[0] == "queued"
    launch = read_launch(run.folder)
    assert launch is not None
    assert (launch.job, launch.on["partition"]) == ("4243", "gpu")


def test_without_slurm_nothing_is_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ValueError, match="there is no Slurm on this machine: sbatch is not found"):
        submitted(tmp_path, Slurm(), Needs())
    assert not (tmp_path / "runs").exists()
    assert state_of("1") == JobState("unknown", "there is no Slurm on this machine: squeue is not found")


def test_what_left_the_queue_is_looked_up_in_the_accounts(slurm: SlurmDouble) -> None:
    slurm.answers("squeue", "", code=1, error="slurm_load_jobs error: Invalid job id specified")
    slurm.answers("sacct", "TIMEOUT|n3\n")
    assert state_of("7") == JobState("ended", "its time was up (n3)")
    slurm.answers("sacct", "", code=1)
    assert state_of("7") == JobState("ended", "it is no longer in the queue")
    assert Slurm(partition="gpu").offer() == "4 nodes are idle"
    assert slurm.asked("sinfo") == ["--noheader --format=%D %t --partition=gpu"]
