"""The task `refine` on two processes, in real workers: stops, goes on, is killed, completes, says its errors."""

import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.checkpoints.card import Card
from core.classifiers.mnist_cnn import fresh
from core.datasets.mnist import Mnist
from core.objectives.pgd_adversarial import PGDAdversarial
from core.runs import files
from core.runs.files import settled
from core.runs.store import Run, Store
from core.training.loop import Training
from core.training.schedule import Schedule
from tests.core.runs.doubles import ended, until

SCHEDULE: dict[str, Any] = {
    "epochs": 20,
    "batch": 32,
    "lr": 0.02,
    "crop": 1,
    "flip": False,
    "bf16": False,
    "held_out": 32,
    "ema": 0.9,
}
ATTACK: dict[str, Any] = {"eps": 0.05, "steps": 2}
STEPS = 140  # 224 images to learn from


@pytest.fixture
def store(home: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    """Real workers on 256 made-up digits: a bright bar at one of ten heights."""
    draws = np.random.default_rng(0)
    labels = draws.integers(0, 10, 256)
    images = draws.integers(0, 60, (256, 28, 28)) + 190 * (np.arange(28)[None, :, None] // 3 == labels[:, None, None])
    np.savez(home / "mnist.npz", train_images=images.astype(np.uint8), train_labels=labels)
    monkeypatch.setenv("COUNTERPROOF_DATA", str(home))
    return Store(home / "runs")


def submit(store: Store, **more: Any) -> Run:
    asked = {"base": "mnist_cnn", "start": "scratch", "data": "mnist", "schedule": SCHEDULE, "processes": 2,
             "objective": {"method": "pgd_adversarial"} | ATTACK}  # fmt: skip
    return store.submit("refine", asked | more, threads=1)


def reached(run: Run, count: int) -> None:
    until(lambda: len(run.metrics) >= count or not run.status.alive, 180)


@pytest.mark.slow
def test_two_processes_stop_go_on_are_killed_and_complete(store: Store) -> None:
    run = submit(store)
    reached(run, 5)
    if sys.platform == "linux":
        assert listening(run.status.pid) == {"127.0.0.1"}  # nobody can connect from outside
    run.stop("save")
    assert ended(run, 60) == "stopped", run.log()
    last = run.metrics[-1]["step"]
    assert last < STEPS - 20
    assert run.checkpoint is not None
    assert run.checkpoint.name == f"checkpoint-{last}"
    until(lambda: not files.held(run.folder / "lock"), 20)

    run.resume()
    reached(run, last + 10)
    os.kill(run.status.pid, signal.SIGKILL)
    until(lambda: run.status.state == "lost", 20)
    time.sleep(0.3)
    count = len(run.metrics)
    assert count < STEPS
    time.sleep(0.5)
    assert len(run.metrics) == count  # the processes went with the worker

    run.resume()
    assert ended(run, 180) == "completed", run.log()
    assert run.status.progress == 1.0
    card = Card.read(run.folder / "best.safetensors").entries()
    assert card["processes"] == 2
    assert run.result()["epoch_kept"] == card["epoch_kept"]  # type: ignore[index]
    found = run.metrics
    alone = Training(fresh(0), PGDAdversarial(**ATTACK), Mnist().load("train"), Schedule(**SCHEDULE))
    steps = list(alone)
    assert [row["step"] for row in found] == list(range(STEPS))
    for count, near in (
        (20, 1e-3),
        (30, 0.02),
    ):  # signs of small gradients turn with the order of sums, and that adds up
        assert [row["loss"] for row in found[:count]] == pytest.approx([step.loss for step in steps[:count]], rel=near)
    assert found[-1]["evaluations"] == pytest.approx(steps[-1].evaluations)
    assert steps[29].loss < 0.9 * steps[0].loss  # there was something to learn


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the kernel does not tell children of a death")
@pytest.mark.parametrize("pause", [0.0, 0.3, 2.0])
def test_processes_that_are_starting_go_with_the_worker(store: Store, pause: float) -> None:
    """Killed before they had a chance to ask for a signal, or while they import."""
    run = submit(store)
    until(lambda: len(spawned(run.status.pid)) == 2 or not run.status.alive, 60)
    time.sleep(pause)
    worker = run.status.pid
    children = spawned(worker)
    os.kill(worker, signal.SIGKILL)
    assert len(children) == 2
    until(lambda: run.status.state == "lost", 20)
    assert settled(lambda: not any(spawning(pid) for pid in children), 15)
    assert not run.metrics


def spawned(worker: int) -> list[int]:
    """The processes that train for a worker."""
    if worker <= 1:
        return []
    found = subprocess.run(["pgrep", "-P", str(worker)], capture_output=True, text=True, check=False).stdout.split()
    return [int(pid) for pid in found if spawning(int(pid))]


def spawning(pid: int) -> bool:
    """Whether a process is one that multiprocessing started, and still runs."""
    try:
        return b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes()  # empty for a zombie
    except (FileNotFoundError, ProcessLookupError):
        return False


def listening(worker: int) -> set[str]:
    """The addresses at which the processes of a worker wait for connections."""
    mine = set()
    for pid in [worker, *spawned(worker)]:
        for handle in Path(f"/proc/{pid}/fd").iterdir():
            with suppress(OSError):
                mine.add(str(handle.readlink()))
    found = set()
    for family, name in ((socket.AF_INET, "tcp"), (socket.AF_INET6, "tcp6")):
        for line in Path(f"/proc/net/{name}").read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == "0A" and f"socket:[{fields[9]}]" in mine:
                raw = bytes.fromhex(fields[1].partition(":")[0])
                words = [raw[first : first + 4][::-1] for first in range(0, len(raw), 4)]
                found.add(socket.inet_ntop(family, b"".join(words)))
    return found


def test_what_goes_wrong_in_a_process_is_a_sentence(store: Store) -> None:
    run = submit(store, images=40)
    assert ended(run, 180) == "failed"
    assert run.status.said == "32 held-out images and a batch of 32 are more than the 40 training images"
    assert "Traceback" in run.log()
