"""A run whose files are damaged says why it cannot be read, and nothing else suffers."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from core.base.errors import Unreadable
from core.cli.runs import act
from core.runs.files import cut_rows, read_rows, write_json
from core.runs.rows import RowReader, parse_row
from core.runs.spec import known_spec, read_spec
from core.runs.status import parse
from core.runs.store import Run, Store

SPEC = {"task": "refine", "arguments": {"base": "a", "objective": {"method": "trades"}, "schedule": {"epochs": 2}}}
STATUS = {"state": "stopped", "progress": 0.5, "submitted": 1.7e9, "notes": ["halved"], "step": 3}
SOUND, BROKEN = "20260101-120000-00000001", "20260101-120000-00000002"


def made(root: Path, name: str = BROKEN) -> Run:
    write_json(root / name / "spec.json", SPEC)
    write_json(root / name / "status.json", STATUS)
    return Store(root).run(name)


def arguments(**changes: Any) -> str:
    return json.dumps(SPEC | {"arguments": SPEC["arguments"] | changes})  # type: ignore[operator]


SPECS = {
    "[1]": "is not a JSON object",
    "{": "is not readable as JSON",
    "[" * 100_000: "is not readable as JSON",
    "{}": "names no task",
    '{"task": " "}': "names no task",
    '{"task": "refine", "arguments": [1]}': "has arguments that are no object",
    '{"task": "refine", "device": "../x"}': "names no device",
    '{"task": "refine", "threads": 1000000000}': "has threads",
    arguments(objective="x"): "has an 'objective' that is no object",
    arguments(attack=[1]): "has an 'attack' that is no object",
    arguments(objective={"method": 3}): "whose method is no name",
    arguments(schedule={"epochs": "many"}): "has an 'epochs' that is no whole number",
    arguments(schedule={"epochs": 2.5}): "has an 'epochs' that is no whole number",
    arguments(schedule={"epochs": int("9" * 400)}): "a number of 400 characters, which is not a finite number",
    arguments(objective={"eps": 1e308}): "holds 1e+308, which is out of all range",
    arguments(title=["x"]): "has a 'title' that is no text",
    '{"task": "refine", "arguments": {"title": "\\ud800"}}': "holds half a character",
}


@pytest.mark.parametrize("text", SPECS, ids=lambda text: text[:40])
def test_settings_that_cannot_be_are_a_sentence(tmp_path: Path, text: str) -> None:
    run = made(tmp_path)
    assert read_spec(run.folder) == SPEC
    (run.folder / "spec.json").write_text(text)
    assert SPECS[text] in run.trouble
    assert run.trouble.startswith("its settings file ")
    assert run.spec == known_spec(run.folder) == {}


STATUSES: dict[str, Any] = {
    "progress": [float("nan"), float("inf"), 1.5, -0.1, "x", True, None],
    "submitted": [float("nan"), 1e308, -1, 253_402_300_800, None, "late", [1]],
    "ended": [1e308, "late"],
    "left": [1e308, "x"],
    "step": [1.5, -2, 2**63, "x"],
    "attempt": [0, 1.0],
    "pid": [-1],
    "said": [3, None],
    "notes": ["x", [3], ["x"] * 501],
    "state": ["odd", 3, None, ["running"]],
}


@pytest.mark.parametrize(("name", "value"), [(name, value) for name, values in STATUSES.items() for value in values])
def test_a_status_that_cannot_be_is_a_sentence(tmp_path: Path, name: str, value: Any) -> None:
    run = made(tmp_path)
    assert run.status.state == "stopped"
    (run.folder / "status.json").write_text(json.dumps(STATUS | {name: value}))
    assert run.status.state == "unreadable"
    assert run.status.said.startswith("Its status ")
    assert run.status.said.endswith("It can be resumed from its last saved point, or deleted.")


def test_the_reason_is_told_as_it_is(tmp_path: Path) -> None:
    run = made(tmp_path)
    (run.folder / "status.json").write_text(json.dumps(STATUS | {"progress": float("nan")}))
    assert run.status.said.startswith("Its status holds NaN, which is not a finite number. ")
    (run.folder / "status.json").unlink()
    assert run.status.said.startswith("Its status is not there. ")
    (run.folder / "status.json").mkdir()
    assert run.status.said.startswith("Its status cannot be read: it is a folder. ")
    assert parse({"state": "completed"}).progress == 0.0, "one of an earlier version, which said less, is read"


ROWS = ["null", "[1]", "{}", '{"loss": 1}', '{"step": "a"}', '{"step": -1}', '{"step": 1.0}', '{"step": true}',
        '{"step": 1, "epoch": null}', '{"step": 1, "loss": "x"}', '{"step": 1, "loss": NaN}', '{"step": 1, "parts": 3}',
        '{"step": 1, "held": {"clean": "x"}}', '{"step": 1, "loss": 1e308}', '{"step": 1', "\x00" * 50]  # fmt: skip


def test_rows_that_are_none_are_counted_and_the_others_stay(tmp_path: Path) -> None:
    sound = [{"step": step, "epoch": 0, "loss": None if step else 0.5} for step in range(3)]
    lines = [json.dumps(sound[0]), *ROWS, json.dumps(sound[1]), json.dumps(sound[2])]
    path = tmp_path / "metrics.jsonl"
    path.write_text("\n".join(lines) + "\n" + '{"step": 9')
    assert read_rows(path) == sound
    reader = RowReader()
    assert reader.add(path.read_bytes()) == path.stat().st_size - len('{"step": 9')
    assert (reader.rows, reader.unreadable) == (sound, len(ROWS))
    assert reader.reason == "a row of its numbers is not a JSON object"
    cut_rows(path, 1)
    assert path.read_text() == f"{lines[0]}\n{lines[-2]}\n"
    for line in ROWS:
        with pytest.raises(Unreadable, match="a row of its numbers "):
            parse_row(line.encode())


def test_what_is_no_file_of_rows_is_given_up() -> None:
    for raw in (b"x" * 3_000_000, b"\n" * 5_000, b"{}\n" * 5_000):
        reader = RowReader()
        reader.add(raw)
        assert reader.full
        assert reader.unreadable <= 1_002
        assert reader.add(b'{"step": 1}\n') == 0


def test_the_list_shows_the_sound_run_whatever_stands_beside_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made(tmp_path, SOUND)
    odd = tmp_path / BROKEN
    monkeypatch.setattr(Store, "usual", lambda: Store(tmp_path))

    def pipes(folder: Path) -> None:
        folder.mkdir()
        for name in ("spec.json", "status.json", "lock", "log.txt", "metrics.jsonl"):
            os.mkfifo(folder / name)

    for make in (Path.touch, Path.mkdir, lambda path: path.symlink_to(path), os.mkfifo, pipes):
        make(odd)
        said: list[str] = []
        assert act("list", [], said.append) == 0
        first, second = said[0].splitlines()
        assert first.startswith(f"{BROKEN}  unreadable   0%  it")
        assert second.startswith(f"{SOUND}  stopped    50%  trades from a on None")
        run = Store(tmp_path).run(BROKEN)
        assert (run.metrics, run.result(), run.status.state) == ([], None, "unreadable")
        run.log()
        assert act("delete", [BROKEN], said.append) == 0
        assert not os.path.lexists(odd)


def test_titles_reach_the_terminal_as_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Store, "usual", lambda: Store(tmp_path))
    run = made(tmp_path)
    (run.folder / "spec.json").write_text(arguments(title="a\n\x1b]0;owned\x07b\x1b[31m c\u202e"))
    (run.folder / "status.json").write_text(json.dumps({"state": "completed"}))
    said: list[str] = []
    act("list", [], said.append)
    assert said == [f"{BROKEN}  completed   0%  a b c"]


def test_settings_that_no_run_can_have_are_not_submitted(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="out of all range"):
        Store(tmp_path, lambda *_: None).submit("refine", {"images": int("9" * 400)})
    assert not list(tmp_path.iterdir())
