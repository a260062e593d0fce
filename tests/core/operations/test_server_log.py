"""The server's log: lines of JSON, bounded, once a process, and nothing of what users brought or wrote."""

import json
import logging
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from core.base.paths import ROOT
from core.operations import server_log
from core.operations.log_lines import Lines
from core.operations.server_log import keep_log, level

SECRET = "Jane Doe's scan.png"


@pytest.fixture
def log(home: Path) -> Iterator[logging.Logger]:
    """The logger, as it is before a server starts and again after the test."""
    found = logging.getLogger("counterproof")
    before, found.handlers = found.handlers, []
    was = found.level
    yield found
    for each in found.handlers:
        each.close()
    found.handlers = before
    found.setLevel(was)


def lines(home: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (home / "logs" / "server.jsonl").read_text().splitlines()]


def test_a_line_says_when_where_and_what(home: Path, log: logging.Logger) -> None:
    assert keep_log() == keep_log() == ""
    log.info("the server has started")
    log.debug("not this")
    (line,) = lines(home)
    assert line["time"].endswith("+00:00")
    assert line["where"].startswith("tests/core/operations/test_server_log.py:")
    assert {name: line[name] for name in ("level", "logger", "said")} == {
        "level": "info", "logger": "counterproof", "said": "the server has started"}  # fmt: skip


def test_names_and_words_of_users_are_left_out(home: Path, log: logging.Logger) -> None:
    keep_log()
    log.warning("the case %s could not be read: %s", "0123456789abcdef", ValueError(f"{SECRET} is no picture"))
    log.warning("%s and %s, %d times", SECRET, "study 0123456789abcdef", 3)
    try:
        try:
            raise OSError(SECRET)
        except OSError as error:
            raise ValueError(f"{SECRET} cannot be used") from error
    except ValueError:
        log.exception("page Inspect")
    said = lines(home)
    assert [line["said"] for line in said] == [
        "the case 0123456789abcdef could not be read: ValueError",
        "(left out) and study 0123456789abcdef, 3 times",
        "page Inspect",
    ]
    assert [each["kind"] for each in said[2]["error"]] == ["ValueError", "OSError"]
    assert said[2]["error"][0]["through"][0].startswith("tests/core/operations/test_server_log.py:")
    assert "Jane" not in (home / "logs" / "server.jsonl").read_text()


def test_a_message_that_does_not_fit_what_is_put_into_it_is_told_as_it_stands() -> None:
    record = logging.LogRecord("counterproof", logging.INFO, __file__, 1, "%d of them", (SECRET,), None)
    assert json.loads(Lines().format(record))["said"] == "%d of them"


def test_its_size_is_bounded(home: Path, log: logging.Logger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server_log, "LARGEST", 2000)
    keep_log()
    for _ in range(200):
        log.info("the same again and again")
    files = sorted(path.name for path in (home / "logs").iterdir())
    assert files == ["server.jsonl", *(f"server.jsonl.{number}" for number in range(1, server_log.KEPT + 1))]
    assert all(path.stat().st_size <= 2000 for path in (home / "logs").iterdir())


def test_a_worker_goes_on_in_the_file_that_the_server_has_begun(
    home: Path, log: logging.Logger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server_log, "LARGEST", 2000)
    assert server_log.follow_log() == ""
    assert server_log.is_kept()
    for _ in range(60):
        log.info("a worker begins no new file")
    assert [path.name for path in (home / "logs").iterdir()] == ["server.jsonl"]
    (home / "logs" / "server.jsonl").rename(home / "logs" / "server.jsonl.1")  # as the server does
    log.info("the next one")
    assert [each["said"] for each in lines(home)] == ["the next one"]


@pytest.mark.parametrize(("chosen", "kept"), [("error", ["error"]), ("WARNING", ["warning", "error"]), ("off", [])])
def test_the_level_is_the_environments(
    home: Path, log: logging.Logger, monkeypatch: pytest.MonkeyPatch, chosen: str, kept: list[str]
) -> None:
    monkeypatch.setenv("COUNTERPROOF_LOG", chosen)
    assert keep_log() == ""
    for name in ("info", "warning", "error"):
        getattr(log, name)("said")
    assert [line["level"] for line in lines(home)] == kept if kept else not (home / "logs").exists()


def test_what_hinders_it_is_said_and_hinders_nothing_else(
    home: Path, log: logging.Logger, monkeypatch: pytest.MonkeyPatch
) -> None:
    (home / "logs").write_text("in the way")
    assert "there is no log of the server" in keep_log()
    log.warning("goes on")
    monkeypatch.setenv("COUNTERPROOF_LOG", "loud")
    with pytest.raises(ValueError, match="expected COUNTERPROOF_LOG to be one of debug, info, warning, error or off"):
        level()
    assert "got 'loud'" in keep_log()


def test_the_terminal_still_hears_of_warnings(home: Path) -> None:
    words = "import logging; from core.operations.server_log import keep_log; keep_log(); " \
            "log = logging.getLogger('counterproof'); log.info('not this'); log.warning('but this')"  # fmt: skip
    ended = subprocess.run([sys.executable, "-c", words], cwd=ROOT, capture_output=True, text=True, check=True)
    assert ended.stderr == "but this\n"


@pytest.mark.parametrize("module", ["server_log", "health", "retention.at_start"])
def test_the_standard_library_is_enough(module: str) -> None:
    words = f"import sys, core.operations.{module}; assert not {{'torch', 'numpy', 'sqlalchemy'}} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", words], cwd=ROOT, check=True)
