"""Runs that cannot be read are in the list with their reason, and the page shows the others as ever."""

import json
import os
import shutil
from pathlib import Path
from typing import Any

import pytest

from app.runs.details import table
from app.runs.facts import facts_of, line
from core.runs.store import Store
from tests.app.pages import DONE, REFINING, RUNS, made, opened, refining, texts

SOUND, BROKEN = "20260101-120000-00000001", "20260101-120000-00000002"


@pytest.mark.parametrize(
    ("spec", "status", "reason"),
    [
        ({"task": "refine", "arguments": [1]}, DONE, "its settings file has arguments that are no object"),
        (REFINING, DONE | {"submitted": float("nan")}, "Its status holds NaN, which is not a finite number"),
        (REFINING, DONE | {"submitted": 1e308}, "Its status has a submitted that is no time up to the year 9999"),
        (REFINING, "[" * 100_000, "Its status is not readable as JSON"),
    ],
    ids=["settings", "NaN", "late", "nested"],
)
def test_it_is_listed_as_unreadable_with_its_reason(digits: Path, spec: Any, status: Any, reason: str) -> None:
    run = made(digits, BROKEN, spec, status)
    shown = line(facts_of(run, {}, {}))
    assert (shown["state"], shown["symbol"]) == ("unreadable", "⚠")
    refining(digits, SOUND)
    assert reason in texts(opened(RUNS, run=BROKEN))
    assert "✔ completed · Fast adversarial training, MNIST" in texts(opened(RUNS, run=SOUND, **{"with": BROKEN}))


def test_whatever_stands_in_a_folders_place(digits: Path) -> None:
    refining(digits, SOUND)
    odd = digits / "runs" / BROKEN
    for make in (Path.touch, Path.mkdir, lambda path: path.symlink_to(path), os.mkfifo):
        make(odd)
        app = opened(RUNS, run=SOUND)
        assert "✔ completed" in texts(app)
        facts = facts_of(Store(digits / "runs").run(BROKEN), {}, {})
        assert facts.damaged
        assert facts.trouble in ("it is no folder", "its settings file is not there") or "links" in facts.trouble
        odd.rmdir() if odd.is_dir() else odd.unlink()


def test_rows_that_cannot_be_read_are_counted_on_the_page(digits: Path) -> None:
    run = refining(digits, SOUND)
    with (run.folder / "metrics.jsonl").open("a") as file:
        file.write('{"step": 10, "epoch": 2, "loss": NaN}\n{"loss": 1}\n')
    said = texts(opened(RUNS, run=SOUND))
    assert "2 of its rows cannot be read: a row of its numbers holds NaN, which is not a finite number." in said


def test_a_result_that_is_none_says_why(digits: Path) -> None:
    run = refining(digits, SOUND)
    for text, why in (('{"seconds": NaN}', "its result holds NaN"), ("[1]", "its result is not a JSON object")):
        (run.folder / "result.json").write_text(text)
        assert f"It says that it has completed, but {why}" in texts(opened(RUNS, run=SOUND))
    for result in ({"held": 3, "judged": "x", "guess": 1e18}, {"epoch_kept": "x"}, {"epoch_kept": 1, "held": [1]}):
        (run.folder / "result.json").write_text(json.dumps(result))
        opened(RUNS, run=SOUND)


def test_a_log_of_anything_is_shown_as_text(digits: Path) -> None:
    run = refining(digits, SOUND)
    log = run.folder / "log.txt"
    with log.open("wb") as file:
        file.truncate(3 * 10**9)
        file.seek(3 * 10**9)
        file.write(b"\x1b[2Jthe end\xff\n")
    assert opened(RUNS, run=SOUND).code[0].value.strip("\n") == "the end\ufffd"
    log.unlink()
    log.mkdir()
    assert opened(RUNS, run=SOUND).code[0].value == "The log cannot be read: it is a folder."
    shutil.rmtree(log)


def test_a_table_holds_whatever_a_row_may_hold() -> None:
    made = table([{"step": 0, "a": 2**64, "b": [1], "c": "x\x1b[0m"}, {"step": 1, "a": -1, "b": None, "c": 3}])
    assert made.to_dict("list")["b"] == ["[1]", ""]
    assert made.to_dict("list")["c"] == ["x", "3"]
    assert made.to_dict("list")["a"] == [str(2**64), "-1"]
