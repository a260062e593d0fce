"""A store whose workers are forks, and one run that nothing interrupted."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from core.runs.store import Run, Store
from tests.core.runs.doubles import Forks, ended


@pytest.fixture
def forks() -> Iterator[Forks]:
    made = Forks()
    yield made
    made.reap()


@pytest.fixture
def store(tmp_path: Path, forks: Forks) -> Store:
    return Store(tmp_path / "runs", forks.launch)


@pytest.fixture(scope="module")
def uninterrupted(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """The walk of 150 steps, in one go."""
    made = Forks()
    run = Store(tmp_path_factory.mktemp("runs"), made.launch).submit("walk", {"steps": 150})
    assert ended(run) == "completed"
    made.reap()
    return run
