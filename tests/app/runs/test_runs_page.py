"""The Runs page: no runs, completed ones, two compared, other tasks, damaged folders, runs that are gone."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.app.pages import ARGUMENTS, DONE, REFINING, ROWS, RUNS, button, made, opened, refining, texts, visited


def test_a_base_that_is_still_needed_is_kept_and_the_page_says_why(digits: Path) -> None:
    base = refining(digits, "20260101-120000-00000001")
    run = refining(digits, "20260101-120000-00000002", base=f"run:{base.id}")
    (run.folder / "status.json").write_text('{"state": "stopped"}')
    app = opened(RUNS, run=base.id)
    button(app, "Delete this run").click().run()
    assert not app.exception
    assert base.folder.is_dir()
    assert f"is the base of run {run.id}, which has not completed" in texts(app)


def test_no_runs_yet(home: Path) -> None:
    assert "There are no runs yet" in texts(visited(RUNS))


def test_a_completed_run_in_words(digits: Path) -> None:
    run = refining(digits, "20260101-120000-00000001")
    (run.folder / "result.json").write_text('{"epoch_kept": 2, "averaged": false, "held": {"clean": 0.9}}')
    app = opened(RUNS, run=run.id)
    assert "✔ completed · Fast adversarial training, MNIST" in texts(app)
    assert "Kept: the weights after epoch 2. On the 20 held-out images it is right on 90.0 %" in texts(app)
    assert "These images chose the epoch, and the base model may have learnt from them, so the numbers" in texts(app)
    assert len(app.get("vega_lite_chart") or app.get("arrow_vega_lite_chart")) == 2


def test_refine_again_takes_the_settings_over(digits: Path) -> None:
    refining(digits, "20260101-120000-00000001", schedule=ARGUMENTS["schedule"] | {"epochs": 9, "rate": "piecewise"})
    app = visited(RUNS)
    button(app, "Refine again with these settings").click()
    app.run()
    assert not app.exception
    assert app.title[0].value == "Refine"
    assert "--set schedule.epochs=9" in app.code[0].value
    assert "--set schedule.rate=piecewise" in app.code[0].value
    assert "refine mnist_cnn:standard \\\n  --data mnist \\\n" in app.code[0].value


def test_the_difference_of_two_runs(digits: Path) -> None:
    first = refining(digits, "20260101-120000-00000001")
    other = refining(digits, "20260101-120000-00000002", schedule=ARGUMENTS["schedule"] | {"lr": 0.5})
    app = opened(RUNS, run=first.id, **{"with": other.id})
    tables = [table.value for table in app.dataframe if list(table.value.columns)[-1] == "the other run"]
    assert [list(row) for row in tables[0].to_numpy()] == [["Learning rate", "0.01", "0.5"]]


def test_a_run_of_another_task_shows_its_rows_and_result(home: Path) -> None:
    spec = {"task": "evaluate", "arguments": {"classifiers": ["mnist_cnn:standard"], "data": "mnist"}}
    run = made(home, "20260101-120000-00000001", spec, DONE, '{"step": 0, "batch": 0, "model": 0}\n')
    told = {"asked": spec["arguments"], "count": 10, "models": [{"accuracy": [0.9, 0.596, 0.982]}], "differences": []}
    (run.folder / "result.json").write_text(json.dumps(told))
    assert "Ordinary training · MNIST digits is right on 90" in texts(opened(RUNS)).replace("\\", "")
    made(home, "20260101-120000-00000002", {"task": "new_thing"}, DONE, '{"step": 0, "depth": 3}\n')
    (home / "runs" / "20260101-120000-00000002" / "result.json").write_text('{"found": {"depth": 3}}')
    app = opened(RUNS)
    assert "New thing" in texts(app)
    assert any("Depth" in table.value.index for table in app.dataframe)


@pytest.mark.parametrize(
    ("spec", "status", "rows"),
    [
        ("{", DONE, ROWS), ("[]", DONE, ""), ({"task": 3}, DONE, ""),
        ({"task": "refine", "arguments": [1]}, DONE, ROWS),
        ({"task": "refine", "arguments": {"schedule": 3, "objective": "x", "base": {}}}, DONE, ROWS),
        (REFINING, "", ROWS),
        (REFINING, {"state": "odd", "notes": None, "progress": "x"}, ROWS),
        (REFINING, DONE | {"ended": "late", "said": 3}, ROWS),
        (REFINING, {"state": "running", "progress": 0.5}, ROWS),
        (REFINING, DONE, "null\n[1]\n{}\n" + '{"step": "a", "epoch": 0, "loss": 1}\n'),
        (REFINING, DONE, '{"step": 1, "epoch": 0, "parts": 3, "held": [], "masks": 1}\n'),
    ],
)  # fmt: skip
def test_a_damaged_folder_never_breaks_the_page(digits: Path, spec: Any, status: Any, rows: str) -> None:
    run = made(digits, "20260101-120000-00000001", spec, status, rows)
    (run.folder / "masks").mkdir()
    (run.folder / "masks" / "cycle-0000.npz").write_bytes(b"PK\x03\x04 broken")
    sound = refining(digits, "20260101-120000-00000000")
    app = opened(RUNS, run=run.id)
    assert run.id in texts(app)
    assert not app.error
    app = opened(RUNS, run=sound.id, **{"with": run.id})
    assert sound.id in texts(app)
    assert not app.error


def test_a_run_that_is_gone_is_one_sentence(digits: Path) -> None:
    refining(digits, "20260101-120000-00000001")
    app = opened(RUNS, run="20250101-000000-00000000")
    assert "is not here; choose another" in texts(app)
    assert not app.error
