"""At the start of the server: only where limits are set, and what is over them goes."""

import logging
from pathlib import Path

import pytest

from core.operations.retention.at_start import tidy_later
from core.operations.retention.limits import set_limits
from tests.core.operations.retention.things import upload


def test_without_limits_nothing_is_started(home: Path) -> None:
    assert tidy_later(0) is None


def test_limits_that_cannot_be_read_are_told(home: Path, caplog: pytest.LogCaptureFixture) -> None:
    (home / "retention.json").write_text("{")
    assert tidy_later(0) is None
    assert "cannot be read" in caplog.text


@pytest.mark.slow
def test_with_limits_a_process_of_its_own_tidies(home: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "counterproof")
    path = upload(home, 1, 9)
    set_limits({"uploads": "0"})
    timer = tidy_later(0)
    assert timer is not None
    timer.join()
    assert not path.exists()
    assert "tidied up, exit code 0" in caplog.text
