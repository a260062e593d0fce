"""The parts of a divided run on the Runs page: where each works, and what needs a look first."""

import json
from pathlib import Path
from typing import Any

from app.runs.parts import table
from core.runs.run import Run
from tests.app.pages import DONE, RUNS, made, opened, texts

SPEC = {"task": "evaluate", "threads": 1, "arguments": {"classifiers": ["mnist_cnn:standard"], "data": "mnist"}}
RAY = {"on": {"method": "ray", "address": "http://head:8265"}, "token": "0123456789abcdef", "job": "7"}


def divided(home: Path) -> Run:
    """A run of three parts at Ray: the first made, the second failed, the third not begun."""
    run = made(home, "20260101-120000-00000001", SPEC | {"parts": 3}, {"state": "stopped"})
    place = run.folder / "parts"
    for number, status in enumerate((DONE | {"host": "node1"}, {"state": "failed", "said": "No such *picture*."})):
        folder = made(place, f"20260101-120000-0000000{number + 2}", SPEC | {"part": [number, 3]}, status).folder
        folder.rename(place / folder.name)
        (place / folder.name / "launch.json").write_text(json.dumps(RAY))
    (place / "runs").rmdir()
    (place / "launch.json").write_text(json.dumps(RAY))
    return run


def test_what_needs_a_look_is_first_and_says_where_it_was(home: Path) -> None:
    rows: list[list[Any]] = table(divided(home).folder).to_numpy().tolist()
    assert rows == [[2, "✖ failed", "Ray", "0 %", "", "No such *picture*."],
                    [1, "✔ completed", "Ray, on node1", "100 %", "1 min", ""]]  # fmt: skip


def test_the_page_says_how_many_and_where_and_folds_them(home: Path) -> None:
    app = opened(RUNS, run=divided(home).id)
    assert "3 parts at Ray" in texts(app)
    assert "Parts (3)" in [each.label for each in app.expander]


def test_on_this_machine_there_is_no_place(home: Path) -> None:
    run = made(home, "20260101-120000-00000001", SPEC | {"parts": 3}, {"state": "stopped"})
    assert table(run.folder).empty
    assert "3 parts ·" in texts(opened(RUNS, run=run.id))


def test_a_run_of_its_own_has_no_parts(home: Path) -> None:
    run = made(home, "20260101-120000-00000001", SPEC, {"state": "stopped"})
    assert not [each for each in opened(RUNS, run=run.id).expander if each.label.startswith("Parts")]
