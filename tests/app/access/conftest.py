"""Sign-in switched on for pages run headless, with roles of its own."""

from pathlib import Path

import pytest

from app.access import gate, noted, sign_in, who
from core.access import acting
from core.access.switch import Serving
from tests.app.access.signing import POLICY


@pytest.fixture
def team(home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a dashboard that asks people to sign in."""
    for module in (who, sign_in, gate):
        monkeypatch.setattr(module, "served", lambda: Serving(True))
    monkeypatch.setattr(sign_in, "found_providers", lambda: (("",), ""))
    monkeypatch.setattr(acting, "_asked", [])
    monkeypatch.setattr(noted, "_noted", {})
    (home / "access.toml").write_text(POLICY)
    return home
