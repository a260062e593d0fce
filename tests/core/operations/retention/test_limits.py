"""Limits: set one by one, read back as they were, refused in one sentence."""

import json
from pathlib import Path

import pytest

from core.operations.retention.limits import limits, limits_file, set_limits


def test_limits_are_set_one_by_one_and_read_back(home: Path) -> None:
    assert limits() == {}
    assert set_limits({"uploads": "5GB", "runs": "1234567"}) == {"uploads": 5 * 10**9, "runs": 1_234_567}
    assert set_limits({"uploads": "none", "logs": "20 MB"}) == {"runs": 1_234_567, "logs": 20 * 10**6}
    assert limits() == {"runs": 1_234_567, "logs": 20 * 10**6}
    assert json.loads(limits_file().read_text()) == {"limits": {"runs": "1234567", "logs": "20MB"}}


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        ({"cats": "5GB"}, "expected a limit of one of uploads, studies, runs, logs, got one of 'cats'"),
        ({"uploads": "5 apples"}, "expected a size such as 500MB or 5GB, got '5 apples'"),
        ({"uploads": "-1"}, "expected a size"),
        ({"uploads": "nan"}, "expected a size"),
        ({"uploads": "999999999TB"}, "expected a size"),
    ],
)
def test_what_is_no_limit_is_refused_and_nothing_changes(home: Path, wanted: dict[str, str], said: str) -> None:
    set_limits({"runs": "1GB"})
    with pytest.raises(ValueError, match=said):
        set_limits(wanted)
    assert limits() == {"runs": 10**9}


@pytest.mark.parametrize("text", ["[]", "{", '{"limits": 5}', "{}", '{"limits": {"cats": "5GB"}}'])
def test_a_file_that_says_something_else_is_refused(home: Path, text: str) -> None:
    (home / "retention.json").write_text(text)
    with pytest.raises(ValueError, match=r".+") as told:
        limits()
    assert not str(told.value).endswith(".")


def test_a_number_is_taken_as_bytes(home: Path) -> None:
    (home / "retention.json").write_text('{"limits": {"uploads": 5000}}')
    assert limits() == {"uploads": 5000}
