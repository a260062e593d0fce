"""`counterproof evaluate --parts` and `counterproof runs plan`: what reaches the run, and what is told of it."""

from pathlib import Path
from typing import Any

import pytest

from core.base.run_folder import runs_folder
from core.cli.parser import main, parser
from core.cli.places import submitted
from core.runs import store
from core.runs.tasks import DIVISIBLE
from tests.core.runs.parts.test_plan import made

ROWS = [{"images": [0, 1, 2, 3], "explainer": key, "seconds": took} for key, took in (("lime", 8.0), ("rise", 2.0))]


@pytest.mark.parametrize("task", sorted(DIVISIBLE))
def test_parts_and_threads_reach_the_run(task: str, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store.Run, "start", lambda self, lock: None)
    words = ["MODEL", "--data", "mnist", "--parts", "3", "--threads", "2"]
    run = submitted(task, {"data": "mnist"}, parser().parse_args([task, *words]))
    assert {"parts": 3, "threads": 2}.items() <= run.spec.items()
    one = submitted(task, {"data": "mnist"}, parser().parse_args([task, *words[:3]]))
    assert "parts" not in one.spec
    assert one.spec["threads"] == 0


def test_a_plan_tells_what_was_measured_and_what_follows(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = made(runs_folder() / "20260101-000000-00000000", "explainers", ROWS, wall=20.0, threads=1)
    assert main(["runs", "plan", run.id, "--images", "36000", "--hours-each", "5", "--workers", "4"]) == 0
    told = capsys.readouterr().out
    for said in (
        "on 4 images by explainers, 1 thread each job", "2.000000 s an image  lime", "0.500000 s an image  rise",
        "10.0 s a job beside that", "25.00 core-hours of work, and 0.01 to begin", "5 parts of at most 5 hours",
        "10.01 hours with 4 of them at once",
    ):  # fmt: skip
        assert said in told, told


@pytest.mark.parametrize(("words", "said"), [
    ([], "name a completed run to compute from"), (["20260101-000000-00000000"], "there is no run"),
])  # fmt: skip
def test_a_plan_of_nothing_is_a_sentence(
    home: Path, capsys: pytest.CaptureFixture[str], words: list[str], said: Any
) -> None:
    assert main(["runs", "plan", *words]) == 2
    assert said in capsys.readouterr().err


def test_more_images_than_one_run_takes_are_told_of(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = made(runs_folder() / "20260101-000000-00000000", "batch", [{"seconds": 1.0}])
    assert main(["runs", "plan", run.id]) == 0
    assert "one run of batch takes at most 10,000 images, so that these are 100 runs" in capsys.readouterr().out
