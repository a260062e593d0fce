"""Where things lie, also where that cannot be."""

import os
from pathlib import Path

import pytest

from core.base import paths

NOBODY = "~no-such-user/x"


def test_a_home_of_nobody_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COUNTERPROOF_HOME", NOBODY)
    wanted = f"COUNTERPROOF_HOME is {NOBODY}, but there is no user 'no-such-user' on this machine"
    with pytest.raises(OSError, match=wanted):
        paths.home()
    assert paths.unkept() == wanted
    paths.settle()
    assert os.environ["COUNTERPROOF_HOME"] == NOBODY, "whoever needs it says so"


def test_data_of_nobody_is_a_sentence(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COUNTERPROOF_DATA", NOBODY)
    with pytest.raises(OSError, match="COUNTERPROOF_DATA is ~no-such-user/x, but"):
        paths.places()
    assert paths.home() == home


def test_what_cannot_be_kept_is_found_by_trying(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert paths.unkept() == ""
    assert list(home.iterdir()) == []
    (home / "file").write_text("")
    told = {home / "file": "is no folder", home / "file" / "x": "Not a directory", Path("/proc/x"): "No such file"}
    for where, why in told.items():
        monkeypatch.setenv("COUNTERPROOF_HOME", str(where))
        assert why in paths.unkept()
    monkeypatch.setenv("COUNTERPROOF_HOME", "/proc")  # a folder that is there, in which no file can be made
    assert paths.unkept().startswith("/proc: ")
