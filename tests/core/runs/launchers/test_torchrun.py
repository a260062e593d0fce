"""A real refinement on two machines, in the form of two torchruns with two processes each: one curve, stops, deaths."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.base.paths import ROOT
from core.checkpoints.card import Card
from core.contracts.launcher import Needs
from core.runs import hints
from core.runs.launch_file import torchrun_command
from core.runs.launchers.local import Local
from core.runs.launchers.ray import Ray
from core.runs.launchers.torchrun import Torchrun
from core.runs.store import Run, Store
from tests.core.runs.doubles import ended, until
from tests.core.runs.launchers.small_refinement import ASKED, lay_data, learns, whole

TWO = Needs(nodes=2)


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    lay_data(tmp_path)
    monkeypatch.setenv("COUNTERPROOF_DATA", str(tmp_path))
    monkeypatch.setenv("GLOO_SOCKET_IFNAME", "lo")
    monkeypatch.setattr(hints, "KEPT", 0.2)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    yield Store(tmp_path / "runs", on=Torchrun(address=f"127.0.0.1:{port}"))
    for each in STARTED:
        each.kill()
        each.wait()
    STARTED.clear()


STARTED: list["subprocess.Popen[bytes]"] = []


def machine(run: Run, on: Torchrun) -> "subprocess.Popen[bytes]":
    """What somebody does on one machine: give the command that the run shows."""
    command = torchrun_command(run.folder, on.address)
    with (run.folder / "log.txt").open("ab") as log:
        STARTED.append(subprocess.Popen(command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=log, stderr=log))
    return STARTED[-1]


def both(run: Run, store: Store) -> None:
    assert isinstance(store.on, Torchrun)
    for _ in range(2):
        machine(run, store.on)


def workers(run: Run) -> list[int]:
    """The processes that work on it, by their command."""
    found = []
    for place in Path("/proc").iterdir():
        if place.name.isdigit():
            try:
                said = (place / "cmdline").read_bytes().split(b"\0")
            except OSError:
                continue
            if (
                b"core.runs.worker" in said
                and str(run.folder).encode() in said
                and b"torch.distributed.run" not in said
            ):
                found.append(int(place.name))
    return found


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_two_machines_with_two_processes_give_the_curve_of_one(store: Store) -> None:
    asked = ASKED | {"processes": 2}
    run = store.submit("refine", asked, needs=TWO, threads=1)
    assert run.status.state == "queued"
    assert "it is to be started on each of 2 machines: cd " in run.status.said
    both(run, store)
    learns(run)
    assert len(workers(run)) == 4
    run.stop("save")
    assert ended(run, 60) == "stopped", run.log()
    until(lambda: all(each.poll() is not None for each in STARTED), 60)
    saved = run.status.step
    run.resume()
    both(run, store)
    learns(run, saved)
    victim = next(each for each in workers(run) if each != run.status.pid)
    os.kill(victim, signal.SIGKILL)
    assert ended(run, 60) == "failed"
    assert "one of the processes was ended" in run.status.said, run.status.said
    until(lambda: not workers(run), 60)
    run.resume()
    both(run, store)
    assert ended(run, 300) == "completed", run.log()
    whole(run)
    assert Card.read(run.folder / "best.safetensors").entries()["processes"] == 4
    alone = Store(store.root.parent / "alone", on=Local()).submit("refine", ASKED, threads=1)
    assert ended(alone, 300) == "completed", alone.log()
    several, one = ([row["loss"] for row in each.metrics] for each in (run, alone))
    assert several[:40] == pytest.approx(one[:40], rel=2e-3)
    assert run.result()["evaluations"] == pytest.approx(alone.result()["evaluations"])  # type: ignore[index]


@pytest.mark.slow
def test_what_fails_in_a_process_that_does_not_write_is_told(store: Store) -> None:
    run = store.submit("refine", ASKED | {"data": "own:nowhere"}, needs=TWO, threads=1)
    both(run, store)
    assert ended(run, 120) == "failed"
    assert "nowhere" in run.status.said


def test_who_cannot_have_several_machines_says_so(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Ray, "obstacle", lambda self: "")
    with pytest.raises(ValueError, match="^Ray gives a run one machine$"):
        store.submit("refine", ASKED, on=Ray(), needs=TWO)
    with pytest.raises(ValueError, match="^only a refinement works on several machines at once$"):
        store.submit("evaluate", {}, needs=TWO)
    assert not list(store.runs())
