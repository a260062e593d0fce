"""Health: the dashboard answers, its folder can be written to, the disk has room, who waits has a worker."""

import os
from pathlib import Path

import pytest

from core.base.run_folder import LOCK
from core.operations import health as looking
from core.operations.finding import problems
from core.operations.health import answers, health
from core.runs.files import take
from tests.core.operations.answering import answering
from tests.core.operations.retention.things import run

NOBODY = "http://127.0.0.1:9"


def state_of(what: str, url: str = NOBODY) -> str:
    return next(each.state for each in health(url) if each.what == what)


def test_all_is_well_where_it_answers(home: Path) -> None:
    with answering() as port:
        assert problems(health(f"http://127.0.0.1:{port}/")) == 0
    with answering(path="/base/_stcore/health") as port:
        assert answers(f"http://127.0.0.1:{port}/base") == ""


@pytest.mark.parametrize(
    ("code", "body", "said"),
    [
        (421, b"", "it does not answer under this name"),
        (503, b"", "it answered 503"),
        (200, b"<html>", "something else than a dashboard answers"),
    ],
)
def test_why_it_does_not_answer_is_said(home: Path, code: int, body: bytes, said: str) -> None:
    with answering(code, body) as port:
        assert answers(f"http://127.0.0.1:{port}") == said
    assert answers(NOBODY)


@pytest.mark.parametrize("url", ["file:///etc/passwd", "127.0.0.1:8501", "ftp://x"])
def test_only_an_address_of_the_web_is_asked(url: str) -> None:
    with pytest.raises(ValueError, match="expected an address that begins with http"):
        answers(url)


def test_a_folder_that_is_none_and_a_full_disk_are_problems(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert (state_of("folder"), state_of("disk")) == ("ok", "ok")
    monkeypatch.setattr(looking, "LEAST", 10**18)
    assert state_of("disk") == "problem"
    (home / "file").touch()
    monkeypatch.setenv("COUNTERPROOF_HOME", str(home / "file"))
    assert state_of("folder") == "problem"


def test_a_run_that_waits_without_a_worker_is_a_problem_and_a_lost_one_a_note(home: Path) -> None:
    run(home, 1, "completed")
    assert state_of("runs") == "ok"
    waits = run(home, 2, "queued").parent
    lock = take(waits / LOCK)
    assert lock is not None
    assert state_of("runs") == "ok"
    run(home, 3, "running")
    assert state_of("runs") == "note"
    os.close(lock)
    assert state_of("runs") == "problem"
