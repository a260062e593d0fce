"""What is taken over of a part: whole rows, in order, of the range and the arguments that were asked for."""

from pathlib import Path
from typing import Any

import pytest

from core.base import run_folder
from core.runs import files
from core.runs.parts.merge import check, damage, merge

SPEC = {"task": "evaluate", "arguments": {"count": 8}, "parts": 2}


def result(number: int, **more: Any) -> dict[str, Any]:
    return {"part": [number, 2], "units": [4 * number, 4 * number + 4], "total": 8, "each": 1, "weights": ["w"],
            "data": ["d"], "threads": 1} | more  # fmt: skip


def a_part(folder: Path, steps: list[int], **more: Any) -> Path:
    """The second of two parts, of four steps from 4 on, with rows of these `steps`."""
    folder.mkdir()
    files.write_json(folder / run_folder.SPEC, {**SPEC, "parts": 1, "part": [1, 2]} | more)
    files.write_json(folder / run_folder.RESULT, result(1))
    files.append(folder / run_folder.METRICS, "".join(files.rows.row_text({"step": step}) for step in steps))
    return folder


@pytest.mark.parametrize(("steps", "said"), [
    ([4, 5, 6, 7], ""), ([4, 4, 5, 6, 7, 7], ""), ([4, 5, 6], "of its 4 steps 3 are there"), ([], "of its 4 steps 0"),
    ([3, 4, 5, 6, 7], "not in order"), ([4, 6, 5, 7], "not in order"), ([4, 5, 7], "not in order"),
    ([5, 6, 7], "not in order"), ([4, 5, 6, 7, 8], ""),
])  # fmt: skip
def test_rows_are_whole_and_in_order(tmp_path: Path, steps: list[int], said: str) -> None:
    """A row after the last step is left out by `merge`."""
    part = a_part(tmp_path / "part", steps)
    found = damage(part, 1, 2, SPEC)
    assert said in found
    assert bool(said) == bool(found)
    if not said:
        merge(tmp_path, {1: part}, 7)
        rows = [row["step"] for row in files.read_rows(tmp_path / run_folder.METRICS)]
        assert rows == [step for step in steps if step <= 7]


@pytest.mark.parametrize(("more", "said"), [
    ({"arguments": {"count": 9}}, "it was made with other arguments"), ({"task": "ara"}, "with other arguments"),
    ({"part": [0, 2]}, "it is another part"), ({"part": [1, 3]}, "it is another part"),
    ({"part": "x"}, "cannot be read"),
])  # fmt: skip
def test_a_part_of_something_else_is_told(tmp_path: Path, more: dict[str, Any], said: str) -> None:
    assert said in damage(a_part(tmp_path / "part", [4, 5, 6, 7], **more), 1, 2, SPEC)


def test_a_part_without_a_result_is_told(tmp_path: Path) -> None:
    part = a_part(tmp_path / "part", [4, 5, 6, 7])
    (part / run_folder.RESULT).write_text("{")
    assert damage(part, 1, 2, SPEC) == "its result or its settings cannot be read"


@pytest.mark.parametrize(("more", "said"), [
    ({"weights": ["x"]}, "part 2 of 2 was made with other weights than part 1"),
    ({"data": ["x"]}, "part 2 of 2 was made with other data than part 1"), ({"total": 9}, "other units"),
    ({"units": [5, 8]}, "does not begin where the one before it ends"), ({"units": [4, 7]}, "make 7 of 8 units"),
])  # fmt: skip
def test_parts_that_do_not_fit_are_refused(more: dict[str, Any], said: str) -> None:
    assert check({0: result(0), 1: result(1)}) == []
    with pytest.raises(ValueError, match=said):
        check({0: result(0), 1: result(1, **more)})


def test_other_processors_and_versions_are_a_note() -> None:
    notes = check({0: result(0, processor="A"), 1: result(1, processor="B", threads=2)})
    assert len(notes) == 2
    assert notes[1].startswith("Parts were made with different processors (A, B): the last digits")
