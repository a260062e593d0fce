"""The link opened before signing in: kept for who is to sign in alone, followed once, never to another site."""

import json
from typing import Any
from urllib.parse import quote

import pytest
from starlette.datastructures import Headers
from starlette.types import Message
from streamlit.web.server.starlette.starlette_app_utils import create_signed_value
from streamlit.web.server.starlette.starlette_server_config import USER_COOKIE_NAME

from app.access import asked_link, gate
from app.access.asked_link import cookie, keep_or_follow
from core.access.switch import Serving
from tests.app.access.signing import claims

SECRET = "0123456789abcdef" * 3
HTML = {"accept": "text/html,*/*"}


@pytest.fixture(autouse=True)
def people_sign_in(team: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gate, "get_cookie_secret", lambda: SECRET)
    monkeypatch.setattr(asked_link, "served", lambda: Serving(True))


def told(path: str, query: str = "", head: dict[str, str] | None = None, status: int = 200, **more: str) -> Any:
    """The headers of the answer to a GET, with which Streamlit said `more`."""
    raw = [(name.encode(), value.encode()) for name, value in more.items()]
    message: Message = {"type": "http.response.start", "status": status, "headers": raw}
    scope = {"type": "http", "method": "GET", "path": path, "query_string": query.encode(), "headers": []}
    keep_or_follow(scope, Headers(HTML if head is None else head), message)
    return Headers(raw=message["headers"])


def test_a_page_is_kept_and_followed_once() -> None:
    kept = told("/runs", "run=20261129-120000-0123abcd")["set-cookie"]
    assert kept.startswith(f"{cookie()}=%2Fruns%3Frun%3D20261129-120000-0123abcd; ")
    assert all(word in kept for word in ("HttpOnly", "SameSite=Lax", "Max-Age=900", "Path=/"))
    answer = told("/oauth2callback", "code=1", HTML | {"cookie": kept.partition(";")[0]}, 302, location="/")
    assert answer["location"] == "/runs?run=20261129-120000-0123abcd"
    assert "Max-Age=0" in answer["set-cookie"]


@pytest.mark.parametrize(
    "link", ["https://elsewhere.org/", "//elsewhere.org/", "/\\elsewhere.org", "/a\r\nset-cookie: b=1"]
)
def test_another_site_is_never_led_to(link: str) -> None:
    answer = told(
        "/oauth2callback", "code=1", HTML | {"cookie": f"{cookie()}={quote(link, safe='')}"}, 302, location="/"
    )
    assert answer["location"] == "/"


def test_what_is_no_page_or_begins_anew_is_not_kept() -> None:
    for path in ("/_stcore/health", "/static/js/index.js", "/media/ab.png", "/auth/login", "/favicon.png"):
        assert "set-cookie" not in told(path, "a=1")
    assert "set-cookie" not in told("/runs", head={"accept": "application/json"})
    assert "set-cookie" not in told("/runs", "a=" + "b" * 4000)
    assert "set-cookie" not in told("/")
    assert "Max-Age=0" in told("/", head=HTML | {"cookie": f"{cookie()}=%2Fruns"})["set-cookie"], "opened after it"
    cached = told("/", head=HTML | {"cookie": f"{cookie()}=%2Fruns"}, status=304)
    assert "Max-Age=0" in cached["set-cookie"], "a browser that has the page is answered so"


def test_nothing_is_kept_of_who_has_signed_in_or_where_nobody_does(monkeypatch: pytest.MonkeyPatch) -> None:
    raw = create_signed_value(SECRET, USER_COOKIE_NAME, json.dumps(claims("anna"))).decode()
    assert "set-cookie" not in told("/runs", head=HTML | {"cookie": f"{USER_COOKIE_NAME}={raw}"})
    monkeypatch.setattr(asked_link, "served", lambda: Serving(False))
    assert "set-cookie" not in told("/runs")


def test_below_a_path_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asked_link, "_base", lambda: "/team")
    kept = told("/team/runs")["set-cookie"]
    assert kept.startswith(f"{cookie()}=%2Fteam%2Fruns; ")
    assert "Path=/team/" in kept
    answer = told("/team/oauth2callback", "", HTML | {"cookie": kept.partition(";")[0]}, 302, location="/team/")
    assert answer["location"] == "/team/runs"
