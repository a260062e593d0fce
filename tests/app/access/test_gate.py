"""What the server answers to whom before any page runs."""

import json
import time
from typing import Any

import pytest
from starlette.datastructures import Headers
from streamlit.web.server.starlette.starlette_app_utils import create_signed_value
from streamlit.web.server.starlette.starlette_server_config import USER_COOKIE_NAME

from app.access import gate
from core.access.switch import Serving
from tests.app.access.signing import claims

assert set(gate.SIGNED_IN) >= {"/media/", "/_stcore/upload_file", "/_stcore/metrics"}
SECRET = "0123456789abcdef" * 3
NOBODYS = Headers()


@pytest.fixture
def secret(team: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gate, "get_cookie_secret", lambda: SECRET)


def asked(path: str, server: tuple[str, int | None] | None = ("127.0.0.1", 8501)) -> dict[str, Any]:
    return {"type": "http", "path": path, "server": server}


def cookie(told: dict[str, Any], secret: str = SECRET) -> Headers:
    raw = create_signed_value(secret, USER_COOKIE_NAME, json.dumps(told)).decode()
    return Headers({"cookie": f"other=1; {USER_COOKIE_NAME}={raw}"})


@pytest.mark.usefixtures("secret")
@pytest.mark.parametrize(
    "path", ["/media/ab.png", "/_stcore/upload_file/x/y", "/_stcore/metrics", "/_stcore/script-health-check"]
)
def test_pictures_and_uploads_are_for_who_has_signed_in_and_has_a_role(path: str) -> None:
    assert gate.refusal(asked(path), NOBODYS)[0] == 403
    assert gate.refusal(asked(path), cookie(claims("anna"))) == (0, "")
    assert gate.refusal(asked(path), cookie(claims("anna"), "another secret" * 4))[0] == 403
    assert gate.refusal(asked(path), cookie(claims("anna", iat=time.time() - 90_000)))[0] == 403
    assert gate.refusal(asked(path), cookie(claims("anna", is_logged_in=False)))[0] == 403
    assert gate.refusal(asked(path), Headers({"cookie": f"{USER_COOKIE_NAME}={json.dumps(claims('anna'))}"}))[0] == 403


@pytest.mark.usefixtures("secret")
@pytest.mark.parametrize(
    "path", ["/", "/runs", "/_stcore/health", "/static/media/font.woff2", "/oauth2callback", "/auth/login"]
)
def test_what_the_page_to_sign_in_needs_is_answered(path: str) -> None:
    assert gate.refusal(asked(path), NOBODYS) == (0, "")


@pytest.mark.parametrize("now", [Serving(False), Serving(True), Serving(False, open_to_all=True)], ids=str)
def test_the_interface_for_programs_is_never_answered(now: Serving, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gate, "served", lambda: now)
    for path in ("/_stcore/agent/interact", "/_stcore/agent/mcp", "/base/_stcore/agent/openapi.json"):
        assert gate.refusal(asked(path), NOBODYS)[0] == 404


def test_below_a_base_path_too(secret: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gate.st, "get_option", lambda name: "counterproof" if name == "server.baseUrlPath" else None)
    assert gate.refusal(asked("/counterproof/media/ab.png"), NOBODYS)[0] == 403
    assert gate.refusal(asked("/counterproof/static/media/font.woff2"), NOBODYS) == (0, "")


def test_a_connection_from_beyond_is_refused_whatever_the_settings_say(monkeypatch: pytest.MonkeyPatch) -> None:
    """As where another server than Streamlit's serves it, which knows nothing of Streamlit's address."""
    monkeypatch.setattr(gate, "served", lambda: Serving(False))
    for here in (("127.0.0.1", 1), ("::1", 1), ("/run/counterproof.sock", None), None):
        assert gate.refusal(asked("/", here), NOBODYS) == (0, "")
    for there in (("10.0.0.7", 80), ("0.0.0.0", 80), ("::ffff:10.0.0.7", 80), ("fe80::1", 80), ("fd::a", 80)):
        status, said = gate.refusal(asked("/", there), NOBODYS)
        assert status == 403
        assert "COUNTERPROOF_SIGN_IN=off" in said
    monkeypatch.setattr(gate, "served", lambda: Serving(False, open_to_all=True))
    assert gate.refusal(asked("/", ("10.0.0.7", 80)), NOBODYS) == (0, "")
