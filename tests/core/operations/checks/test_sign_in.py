"""What the doctor says of signing in: none, as configured, switched off, half configured; and of roles."""

from pathlib import Path

import pytest

from core.operations.checks import sign_in as checks
from core.operations.checks.sign_in import sign_in

SECRETS = '[auth]\nredirect_uri = "x"\ncookie_secret = "y"\n'


@pytest.fixture(autouse=True)
def settings(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("STREAMLIT_SERVER_ADDRESS", "COUNTERPROOF_SIGN_IN", "COUNTERPROOF_ACCESS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("STREAMLIT_SECRETS_FILES", str(home / "secrets.toml"))


def told() -> list[tuple[str, str]]:
    return [(each.state, each.found) for each in sign_in()]


def test_by_itself_it_answers_this_machine_alone() -> None:
    assert told() == [("ok", "none; the dashboard answers this machine alone")]


def test_beyond_this_machine_without_sign_in_is_a_problem(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STREAMLIT_SERVER_ADDRESS", "0.0.0.0")
    assert told()[0][0] == "problem"
    assert "COUNTERPROOF_SIGN_IN=off" in told()[0][1]
    monkeypatch.setenv("COUNTERPROOF_SIGN_IN", "off")
    assert told()[0][0] == "note"
    assert "everybody who reaches it can do all" in told()[0][1]


def test_roles_are_looked_at_where_people_sign_in(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (home / "secrets.toml").write_text(SECRETS)
    assert told()[0] == ("ok", f"as configured in {home / 'secrets.toml'}")
    assert told()[1] == ("note", f"there is no {home / 'access.toml'}; nobody is an owner")
    (home / "access.toml").write_text('[[rule]]\nemail = "a@example.org"\nrole = "owner"\n')
    assert told()[1] == ("ok", f"1 rule in {home / 'access.toml'}; others are viewer")
    (home / "access.toml").write_text('[[rule]]\nemail = "a@example.org"\nrole = "boss"\n')
    assert told()[1][0] == "problem"
    monkeypatch.setattr(checks, "find_spec", lambda _: None)
    assert told() == [("problem", "Authlib is not installed: pip install 'counterproof[auth]'")]


def test_secrets_that_cannot_be_read_are_a_problem(home: Path) -> None:
    (home / "secrets.toml").write_text("[auth\n")
    assert told()[0][0] == "problem"
    assert "cannot be read" in told()[0][1]
