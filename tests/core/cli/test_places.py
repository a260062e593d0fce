"""--on and what goes with it, in the commands that make runs."""

import argparse
from pathlib import Path

import pytest

from core.cli.parser import main, parser
from core.cli.places import place_of
from core.contracts.launcher import Needs
from core.runs.launchers import launcher
from core.runs.store import Store


def given(words: str) -> argparse.Namespace:
    return parser().parse_args(words.split())


@pytest.mark.parametrize("command", ["refine b", "evaluate m", "corruptions m --data d", "ara m", "explainers m",
                                     "detect m", "batch m f", "masking m --data d", "runs resume ID"])  # fmt: skip
def test_every_command_that_makes_a_run_knows_where(command: str) -> None:
    asked = given(f"{command} --on slurm:partition=gpu,save_seconds=60 --gpus 2 --cpus 4 --memory 1.5 --hours 4")
    on, needs = place_of(asked)
    assert on == launcher("slurm:partition=gpu,save_seconds=60")
    assert needs == Needs(gpus=2, cpus=4, memory_gb=1.5, hours=4.0)
    assert place_of(given(command)) == (None, None)


def test_what_cannot_be_is_a_sentence(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ours = ["refine", "--preset", "quick"]
    for words, said in (
        (["--on", "pbs"], "expected a launcher among local, ray, slurm, torchrun, got 'pbs'"),
        (["--on", "slurm:partition"], "expected NAME or NAME:parameter=value,parameter=value, got 'slurm:partition'"),
        (["--on", "slurm:save_seconds=soon"], "slurm: expected save_seconds to be a whole number, got 'soon'"),
        (["--on", "slurm:save_seconds=1"], "slurm: expected save_seconds between 20 and 3600, got 1"),
        (["--gpus", "1"], "--gpus, --nodes, --cpus, --memory and --hours are for a place that --on names"),
        (["--on", "slurm", "--gpus", "-1"], "expected gpus from 0 to 64, got -1"),
    ):
        assert main([*ours, *words]) == 2
        assert said in capsys.readouterr().err
    assert Store.usual().runs() == []


def test_the_environment_says_where_runs_go(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COUNTERPROOF_LAUNCHER", "slurm:partition=gpu")
    assert Store.usual().on == launcher("slurm:partition=gpu")
    assert place_of(given("refine b --gpus 1")) == (None, Needs(gpus=1))
