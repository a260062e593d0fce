"""What is handed to Slurm, word for word, and what becomes of its answers."""

import os
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

from core.base.paths import ROOT
from core.contracts.launcher import JobState, Needs
from core.runs import files, hints
from core.runs.heartbeat import STALE
from core.runs.launch_file import read_launch
from core.runs.launchers._slurm_words import state_of
from core.runs.launchers._submitit_job import SubmititJob
from core.runs.launchers.slurm import Slurm
from core.runs.status import to_go_on
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
    "machines": (Slurm(partition="gpu"), Needs(gpus=4, nodes=2)),
    "odd": (Slurm(partition="a b; rm -rf $HOME"), Needs(memory_gb=1.5, hours=0.25)),
}  # fmt: skip


@pytest.fixture(autouse=True)
def answers_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hints, "KEPT", 0.0)


def submitted(place: Path, on: Slurm, needs: Needs) -> Run:
    task = "refine" if needs.nodes > 1 else "walk"
    return Store(place / "runs").submit(task, {"steps": 3}, on=on, needs=needs)


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
    assert run.spec["device"] == needs.device
    assert (run.folder / "engine").stat().st_mode & 0o077 == 0, "what is loaded there is nobody else's to write"


def test_a_run_waits_with_the_reason_starts_and_is_lost(
    tmp_path: Path, slurm: SlurmDouble, monkeypatch: pytest.MonkeyPatch
) -> None:
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
        "starting",
        "It was handed to Slurm, no more is known yet: Slurm does not answer: slurm_load_jobs error: Unable to contact "
        "slurm controller.",
    )
    then = time.time() - STALE - 1
    os.utime(run.folder / "launch.json", (then, then))
    assert looks(run)[0] == "starting", "a queue that does not answer has lost nothing"
    monkeypatch.setattr(hints, "OUTAGE", -1.0)
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
    assert state_of("1") == JobState("unknown", "there is no Slurm on this machine: squeue is not found", asked=False)


def test_what_left_the_queue_is_looked_up_in_the_accounts(slurm: SlurmDouble) -> None:
    slurm.answers("squeue", "", code=1, error="slurm_load_jobs error: Invalid job id specified")
    slurm.answers("sacct", "TIMEOUT|n3\n")
    assert state_of("7") == JobState("ended", "its time was up (n3)")
    slurm.answers("sacct", "", code=1)
    assert state_of("7") == JobState("ended", "it is no longer in the queue")
    assert Slurm(partition="gpu").offer() == "4 nodes are idle"
    slurm.answers("squeue", "11\n12\n")
    assert Slurm(partition="gpu").offer() == "4 nodes are idle, 2 jobs wait"
    assert slurm.asked("squeue")[-1] == "--noheader --states=PENDING --format=%i --partition=gpu"
    assert slurm.asked("sinfo")[:1] == ["--noheader --format=%D %t --partition=gpu"]


def test_on_several_machines_torchrun_is_started_on_each_and_meets_on_the_first(
    tmp_path: Path, slurm: SlurmDouble, monkeypatch: pytest.MonkeyPatch
) -> None:
    import submitit

    run = submitted(tmp_path, Slurm(), Needs(gpus=4, nodes=2))
    monkeypatch.setattr(submitit, "JobEnvironment", lambda: SimpleNamespace(hostnames=["node7", "node9"]))
    job = SubmititJob(run.folder, 120)
    command = job.command()
    assert command[1:3] == ["-m", "torch.distributed.run"]
    told = dict(zip(command[3:-4:2], command[4:-4:2], strict=False))
    assert (told["--nnodes"], told["--nproc-per-node"], told["--max-restarts"]) == ("2", "4", "0")
    host, _, port = told["--rdzv-endpoint"].partition(":")
    assert host == "node7"
    assert 29400 <= int(port) < 31400
    assert command[-5:] == ["-m", "core.runs.worker", str(run.folder), "--launch", token(run)]
    assert SubmititJob(run.folder, 120).command() == command, "all of them meet at the same place"
    job.worker = subprocess.Popen(["sleep", "0"])
    job.worker.wait()
    assert job.checkpoint() is not None, "it is to be started again"
    assert to_go_on(run.folder), "torchrun hands no signal on: the stop is in the folder"


def test_on_one_machine_the_worker_itself_is_started(tmp_path: Path, slurm: SlurmDouble) -> None:
    run = submitted(tmp_path, Slurm(), Needs(gpus=4))
    assert SubmititJob(run.folder, 120).command()[1:] == ["-m", "core.runs.worker", str(run.folder), "--launch",
                                                          token(run)]  # fmt: skip


@pytest.mark.parametrize("name", ["partition", "account", "qos", "constraint", "python"])
def test_no_text_begins_a_line_of_its_own(name: str) -> None:
    with pytest.raises(ValueError, match=f"^slurm: expected {name} without line breaks, got "):
        Slurm(**{name: "x\ntouch /tmp/owned #"})
