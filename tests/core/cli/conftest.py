"""The store of refinements of toys, where the command line looks for runs."""

import pytest

from core.cli import follow as following
from core.refinement import check as checking
from core.runs.store import Store
from tests.core.cli.told import Told
from tests.core.runs.tasks.refining import slowly
from tests.core.runs.tasks.refining import store as toys

__all__ = ["slowly", "store", "toys"]


@pytest.fixture
def store(toys: Store, monkeypatch: pytest.MonkeyPatch) -> Store:
    monkeypatch.setattr(Store, "usual", lambda: toys)
    monkeypatch.setattr(checking, "stored", lambda _: Told(None))
    monkeypatch.setattr(following, "POLL", 0.01)
    return toys
