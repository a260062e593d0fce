"""How many threads parts get, and where they go on when their run is resumed elsewhere."""

import subprocess
import sys
from pathlib import Path

import pytest

from core.base import cores
from core.base.paths import ROOT
from core.contracts.launcher import Needs
from core.runs.launch_file import read_launch
from core.runs.launchers import launcher
from core.runs.launchers.local import Local
from core.runs.parts.folders import parts_folder
from core.runs.parts.place import divided, lay_place


def test_the_number_of_threads_is_written_down(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cores, "available", lambda: 8)
    assert divided("evaluate", 2, 0, None) == {"parts": 2, "threads": 4}
    assert divided("evaluate", 20, 0, None) == {"parts": 20, "threads": 1}
    assert divided("evaluate", 2, 3, None)["threads"] == 3
    assert divided("evaluate", 2, 0, Needs())["threads"] == 1
    assert divided("evaluate", 2, 0, Needs(cpus=6))["threads"] == 6


def test_the_place_is_kept_beside_the_parts_and_forgotten_where_they_come_home(tmp_path: Path) -> None:
    lay_place(tmp_path, launcher("slurm:partition=gpu"), Needs(gpus=1))
    kept = read_launch(parts_folder(tmp_path))
    assert kept is not None
    assert (kept.on["partition"], kept.needs) == ("gpu", Needs(gpus=1))
    lay_place(tmp_path, Local(), Needs())
    assert read_launch(parts_folder(tmp_path)) is None


def test_a_parent_that_waits_has_loaded_nothing_numerical() -> None:
    code = "import core.runs.worker, sys; print(sorted({'torch', 'numpy', 'ray', 'pandas'} & set(sys.modules)))"
    told = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"
