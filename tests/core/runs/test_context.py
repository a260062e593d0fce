"""What a task has of its run: rows before their checkpoint, and the time left."""

import time
from pathlib import Path

import pytest

from core.runs import rows
from core.runs.context import Context
from core.runs.store import Store


def test_a_row_before_its_checkpoint_is_refused(tmp_path: Path) -> None:
    context = Context(Store(tmp_path, lambda *_: None).submit("walk", {}).folder)
    context.row(3, value=1)
    with pytest.raises(ValueError, match="not before 3"):
        context.row(2, value=1)
    with context.checkpoint(3):
        pass
    with pytest.raises(ZeroDivisionError), context.checkpoint(4) as folder:
        (folder / "half").touch()
        raise ZeroDivisionError
    assert context.latest() == (3, context.folder / "checkpoint-3")
    assert not list(context.folder.glob("checkpoint-4*"))
    with pytest.raises(ValueError, match="after step 3"):
        context.row(3, value=1)
    with pytest.raises(ValueError, match="after 3"), context.checkpoint(3):
        pass


def test_time_left_is_told_from_the_pace_of_this_attempt(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """From 40 % at second 100 to 60 % at second 110, the other 40 % take 20 s."""
    context = Context(Store(tmp_path, lambda *_: None).submit("walk", {}).folder)
    clock = [100.0]
    monkeypatch.setattr(time, "monotonic", lambda: clock[0])
    context.update(state="starting")
    context.progress(0.4)
    clock[0] = 110.0
    context.progress(0.6)
    assert context.status.left == pytest.approx(20.0)


def test_a_number_that_is_not_finite_is_kept_as_unknown(tmp_path: Path) -> None:
    """Or the row could not be read again, and would be lost when the run goes on."""
    run = Store(tmp_path, lambda *_: None).submit("walk", {})
    Context(run.folder).row(0, loss=float("nan"), parts={"a": float("inf"), "b": 0.5})
    assert run.metrics == [{"step": 0, "loss": None, "parts": {"a": None, "b": 0.5}}]


def test_rows_that_are_more_than_can_be_read_are_a_sentence_not_a_part(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A result told of the first rows alone would look like one of all."""
    context = Context(Store(tmp_path, lambda *_: None).submit("walk", {}).folder)
    assert context.rows() == []
    for step in range(20):
        context.row(step, value=step)
    assert [row["value"] for row in context.rows()] == list(range(20))
    monkeypatch.setattr(rows, "LARGEST", 300)
    with pytest.raises(ValueError, match="the rows of this run are more than can be put together"):
        context.rows()
