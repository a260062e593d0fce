"""A robustness matrix in parts beside the same one by one worker, from the order to the result, start-up included."""

import importlib.util
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from core.attacks.pgd import PGD
from core.base import cores
from core.base.params import to_spec
from core.base.paths import ROOT
from core.contracts.launcher import Launcher
from core.runs.files import settled
from core.runs.launchers import LOCAL
from core.runs.launchers.local import Local
from core.runs.launchers.ray import Ray
from core.runs.parts.folders import part_folders
from core.runs.run import Run
from core.runs.store import Store
from tests.bench.matrix_speed import digits
from tests.bench.timing import Row, Settings, Work, faster, race
from tests.core.runs.launchers.test_ray import free_port

AIMS = {2: 1.7, 3: 2.3, 4: 3.0}  # workers -> times the throughput of one, on as many free cores


def local(settings: Settings) -> list[Row]:
    """Parts on this machine."""
    with tempfile.TemporaryDirectory() as folder:
        return [_row("matrix in parts", Path(folder), Local(), settings)]


def on_ray(settings: Settings) -> list[Row]:
    """Parts as jobs of a Ray cluster on this machine, a node with one core each; nothing where Ray is not installed."""
    if importlib.util.find_spec("ray") is None:
        return []
    with tempfile.TemporaryDirectory() as folder, _cluster(_workers()) as ray:
        _row("", Path(folder) / "first", ray, Settings(quick=True))  # a cluster that just came up is busy with itself
        return [_row("matrix in parts, Ray", Path(folder), ray, settings)]


def _workers() -> int:
    return max(2, min(4, cores.available()))


def _row(name: str, folder: Path, on: Launcher, settings: Settings) -> Row:
    count, workers = settings.pick(4800, 40), _workers()
    _, images, labels = digits(count)
    levels = (255 * images).round().byte()[:, 0].numpy()
    folder.mkdir(exist_ok=True)
    np.savez(folder / "x.npz", test_images=levels, test_labels=labels.numpy(), classes=np.arange(10).astype(str))
    asked = {"classifiers": ["mnist_cnn:pgd_adversarial"], "data": str(folder / "x.npz"), "count": count, "batch": 50,
             "strengths": [0.1, 0.2], "attacks": [to_spec(PGD(steps=40))]}  # fmt: skip
    store, made, spent = Store(folder / "runs", on=on), {}, {}

    def work(key: str, parts: int) -> Work:
        def once(_repeat: int) -> None:
            before = _processor()
            made[key] = _finished(store.submit("evaluate", asked, parts=parts, threads=1))
            if on.key == LOCAL:
                settled(lambda: _processor() > before, 60)  # whoever waits for the last process has heard of its end
            spent[key] = _processor() - before

        return once

    times = race({"ours": work("ours", workers), "theirs": work("theirs", 1)}, 1, warm=False)
    told = [[entry["accuracy"] for entry in run.read_result()["models"][0]["attacks"]] for run in made.values()]
    assert told[0] == told[1], f"the two disagree: {told}"
    busy = [sum(row.get("seconds", 0) for row in run.metrics) for run in made.values()]
    longest = max(_lasted(Run(each)) for each in part_folders(made["ours"].folder).values())
    cpu = (
        f"processor time of all processes {spent['ours']:.0f} s and {spent['theirs']:.0f} s; "
        if on.key == LOCAL
        else ""
    )
    note = (f"{count} digits, PGD of 40 steps at 2 strengths, {workers} parts of 1 thread beside 1 worker of 1 thread; "
            f"attacks alone took {busy[0]:.0f} s, summed over the parts, and {busy[1]:.0f} s, so that while at work "
            f"the parts were {workers * busy[1] / busy[0]:.2f} times as fast; {cpu}the longest part lasted "
            f"{longest:.0f} s, the load was {os.getloadavg()[0]:.1f} at the end")  # fmt: skip
    return faster(name, "one worker", AIMS.get(workers, 3.0), times["ours"], times["theirs"], note)


def _finished(run: Run) -> Run:
    while run.status.alive:
        time.sleep(0.1)
    assert run.status.state == "completed", run.status.said
    return run


def _processor() -> float:
    """Seconds of processor time that processes started from here have taken, once they have ended."""
    told = os.times()
    return told.children_user + told.children_system


def _lasted(run: Run) -> float:
    return (run.status.ended or 0.0) - (run.status.started or 0.0)


@contextmanager
def _cluster(nodes: int) -> Iterator[Ray]:
    command = [sys.executable, "-m", "tests.core.runs.launchers.ray_double", str(free_port()), str(nodes)]
    process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdin is not None
    try:
        address = ""
        while not address.startswith("127.0.0.1:"):
            address = process.stdout.readline().strip()
            assert process.poll() is None, "the cluster did not start"
        yield Ray(address=f"http://{address}")
    finally:
        process.stdin.close()
        process.wait(60)


ROWS = {"parts": local, "ray": on_ray}
