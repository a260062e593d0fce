"""A real Ray cluster of a head and two nodes: submitted, stopped, killed, a full queue, lost nodes, a vanished head."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.attacks.pgd import PGD
from core.base.params import to_spec
from core.base.paths import ROOT
from core.contracts.launcher import JobState, Needs
from core.runs import heartbeat, hints
from core.runs.launchers.local import Local
from core.runs.launchers.ray import Ray
from core.runs.store import Store
from tests.core.runs.doubles import ended, until
from tests.core.runs.launchers.small_refinement import ASKED, lay_data, learns, whole
from tests.core.runs.parts.made import MODEL, real_digits, timeless
from tests.core.runs.parts.tally import at_work, parts

pytest.importorskip("ray")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def cluster() -> Iterator["tuple[Ray, subprocess.Popen[str]]"]:
    command = [sys.executable, "-m", "tests.core.runs.launchers.ray_double", str(free_port())]
    process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                               start_new_session=True)  # fmt: skip
    assert process.stdout is not None
    try:
        address = ""
        while not address:
            line = process.stdout.readline()
            assert line, "the cluster did not start"
            address = line.strip() if line.startswith("127.0.0.1:") else ""
        yield Ray(address=f"http://{address}"), process
    finally:
        assert process.stdin is not None
        process.stdin.close()
        try:
            process.wait(60)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)


@pytest.mark.slow
def test_a_run_on_three_nodes(
    cluster: "tuple[Ray, subprocess.Popen[str]]", tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ray, process = cluster
    lay_data(tmp_path)
    monkeypatch.setenv("COUNTERPROOF_DATA", str(tmp_path))
    monkeypatch.setattr(heartbeat, "LATE", 8.0)
    monkeypatch.setattr(hints, "KEPT", 0.5)
    store = Store(tmp_path / "runs", on=ray)

    run = store.submit("refine", ASKED)
    learns(run)
    wide = store.submit("refine", ASKED, needs=Needs(cpus=2))  # no node has two cores: it waits
    until(lambda: wide.status.said == "Waits at Ray: no node has the room that it needs yet.", 30)
    wide.stop("save")
    until(lambda: wide.status.state == "stopped", 30)

    run.stop("save")
    assert ended(run) == "stopped"
    saved = run.status.step
    run.resume()
    learns(run, saved)
    os.kill(run.status.pid, signal.SIGKILL)
    until(lambda: run.status.state == "lost", 60)
    assert run.status.said == "Ray ended the job: it failed. It can be resumed, also elsewhere."

    killed = run.status.step
    run.resume()
    learns(run, killed)
    assert process.stdin is not None
    process.stdin.write("lose\n")
    process.stdin.flush()
    until(lambda: run.status.state == "lost", 120)
    assert "node that it ran on was lost" in run.status.said or "nothing was heard" in run.status.said, run.status.said
    run.resume(on=Local())
    assert ended(run, 240) == "completed", run.log()
    whole(run)

    waits = store.submit("refine", ASKED)  # no node is left
    until(lambda: waits.status.said == "Waits at Ray: no node has the room that it needs yet.", 60)
    process.stdin.write("vanish\n")
    process.stdin.flush()
    said = f"No Ray cluster answers at {ray.address}. It can be resumed, also elsewhere."
    until(lambda: (waits.status.state, waits.status.said) == ("lost", said), 60)


@pytest.mark.slow
def test_parts_on_two_nodes_of_which_one_is_killed(
    cluster: "tuple[Ray, subprocess.Popen[str]]", tmp_path: Path
) -> None:
    """The parent stays on this machine; what it ends with are the numbers of a run that nobody divided."""
    ray, _ = cluster
    asked = {"classifiers": [MODEL], "data": str(real_digits(tmp_path, copies=3)), "batch": 2, "strengths": [0.05, 0.1],
             "attacks": [to_spec(PGD(steps=40))], "count": 60}  # fmt: skip
    store = Store(tmp_path / "runs")
    run = store.submit("evaluate", asked, parts=2, on=ray)
    os.kill(at_work(run, 2, 3, seconds=240)[1].status.pid, signal.SIGKILL)
    assert ended(run, 300) == "completed", run.status.said
    assert [each.status.attempt for each in parts(run).values()] == [1, 2]
    assert {each.place for each in parts(run).values()} == {"Ray"}
    assert run.place == ""
    assert run.status.notes == ("Part 2 of 2 ended before its time and is made again: Ray ended the job: it failed.",)
    alone = store.submit("evaluate", asked, threads=1, on=Local())
    assert ended(alone, 240) == "completed"
    assert timeless(run.metrics) == timeless(alone.metrics)
    assert timeless(run.result()) == timeless(alone.result())


def test_a_head_that_is_not_there_is_a_sentence(tmp_path: Path) -> None:
    gone = Ray(address=f"http://127.0.0.1:{free_port()}")
    assert gone.state(tmp_path, "x") == JobState("unknown", f"no Ray cluster answers at {gone.address}", asked=False)
    with pytest.raises(ValueError, match="no Ray cluster answers at"):
        Store(tmp_path / "runs").submit("refine", ASKED, on=gone)
    with pytest.raises(ValueError, match="no Ray cluster answers at"):
        Store(tmp_path / "runs").submit("evaluate", ASKED, on=gone, parts=2)
    assert Store(tmp_path / "runs").runs() == [], "nothing is made that could not go anywhere"
