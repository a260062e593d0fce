"""A launcher of somebody else's package, under the entry point: listed, checked, and at work from the shell."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from core.base.paths import ROOT

PACKAGE = """
from dataclasses import dataclass
from subprocess import Popen

from core.base.params import param
from core.contracts.launcher import JobState, Launcher
from core.runs.launch_file import worker_command


@dataclass(frozen=True)
class Beside(Launcher):
    key = "beside"
    title = "Beside this program"
    queue: str = param("day", title="Queue", help="Which one")

    def submit(self, folder, needs):
        with (folder / "log.txt").open("ab") as log:
            return str(Popen(worker_command(folder), stdout=log, stderr=log, start_new_session=True).pid)

    def state(self, folder, job):
        return JobState("unknown", "nobody asks")

    def stop(self, folder, job):
        pass
"""
POINTS = "[counterproof.launchers]\nbeside = beside:Beside\nbroken = no_such_package:Launcher\nother = json:loads\n"


@pytest.fixture
def installed(tmp_path: Path) -> dict[str, str]:
    """The environment of a shell in which the package is installed, beside one that cannot be loaded."""
    package = tmp_path / "packages"
    about = package / "beside-1.0.dist-info"
    about.mkdir(parents=True)
    (package / "beside.py").write_text(PACKAGE)
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: beside\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text(POINTS)
    path = os.pathsep.join([str(package), str(ROOT)])
    return os.environ | {"PYTHONPATH": path, "COUNTERPROOF_HOME": str(tmp_path / "home"), "OMP_NUM_THREADS": "1"}


def said(environment: dict[str, str], *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, *words], cwd=ROOT, env=environment, text=True, capture_output=True,
                          timeout=300, check=False)  # fmt: skip


def test_it_is_one_of_the_launchers_and_what_is_broken_is_none(installed: dict[str, str]) -> None:
    code = "from core.runs.launchers import catalogue; print(*catalogue())"
    assert said(installed, "-c", code).stdout.split() == ["local", "ray", "slurm", "torchrun", "beside"]
    command = ["evaluate", "mnist_cnn:standard", "--data", "mnist", "--on", "beside:shelf=3"]
    refused = said(installed, "-m", "core.cli", *command)
    assert refused.returncode == 2
    assert "beside: unknown parameter shelf; it has queue" in refused.stderr


def test_a_run_works_there(installed: dict[str, str], tmp_path: Path) -> None:
    images = np.random.default_rng(0).integers(0, 256, (20, 28, 28), np.uint8)
    np.savez(tmp_path / "x.npz", test_images=images, test_labels=np.arange(20) % 10, classes=np.arange(10).astype(str))
    command = ["evaluate", "mnist_cnn:standard", "--data", str(tmp_path / "x.npz"), "--attacks", "fgsm",
               "--strengths", "0.1", "--on", "beside:queue=night"]  # fmt: skip
    made = said(installed, "-m", "core.cli", *command)
    assert made.returncode == 0, made.stderr
    (run,) = (tmp_path / "home" / "runs").iterdir()
    (launch,) = (json.loads(path.read_text()) for path in run.glob("launch*.json"))
    assert launch["on"] == {"method": "beside", "queue": "night"}
    assert (run / "result.json").is_file()
