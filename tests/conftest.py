"""Shared by all tests: nothing is written to the user's folders, and few threads, so that cores are not fought over."""

import os
import tempfile
from pathlib import Path

import pytest

HOME = tempfile.TemporaryDirectory(prefix="counterproof-test-", ignore_cleanup_errors=True)  # gone with this process
os.environ["COUNTERPROOF_HOME"] = HOME.name
os.environ.pop("COUNTERPROOF_DATA", None)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder of its own for run-time files."""
    monkeypatch.setenv("COUNTERPROOF_HOME", str(tmp_path))
    return tmp_path
