"""What of the server answers whom where people sign in, and what it never answers; asked before Streamlit is.

Streamlit keeps files that pages show under addresses that nobody can guess, and takes uploads of any open window,
also one that shows no more than the page to sign in. Here both are for those who have signed in.
"""

import json

import streamlit as st
from starlette.datastructures import Headers
from starlette.requests import cookie_parser
from starlette.types import Scope
from streamlit.auth_util import get_cookie_with_chunks
from streamlit.web.server.server_util import get_cookie_secret
from streamlit.web.server.starlette.starlette_app_utils import decode_signed_value
from streamlit.web.server.starlette.starlette_server_config import USER_COOKIE_NAME

from app.access.configured import served
from core.access.identity import person_of
from core.access.roles import allows
from core.access.switch import is_loopback

NEVER = ("/_stcore/agent",)  # Streamlit's interface for programs that press buttons
SIGNED_IN = ("/media/", "/_stcore/upload_file", "/_stcore/metrics", "/_stcore/script-health-check")
CLOSED = "This is not served here.\n"
SIGN_IN = "Sign in first.\n"


def refusal(scope: Scope, head: Headers) -> tuple[int, str]:
    """The status and the words with which this is refused; (0, "") if it may be answered."""
    path, now = str(scope.get("path", "")), served()
    if any(each in path for each in NEVER):
        return 404, CLOSED
    if now.refusal or not (now.sign_in or now.open_to_all or _asked_here(scope)):
        return 403, f"{now.refusal or BEYOND}\n"
    if now.sign_in and _below_base(path).startswith(SIGNED_IN) and not has_signed_in(head):
        return 403, SIGN_IN
    return 0, ""


BEYOND = (
    "This dashboard has no sign-in and answers on its own machine only. Whoever runs it can configure sign-in "
    "(docs/team.md), or set COUNTERPROOF_SIGN_IN=off."
)


def _below_base(path: str) -> str:
    """The path without that below which all of the dashboard lies."""
    base = str(st.get_option("server.baseUrlPath") or "").strip("/")
    return path.removeprefix(f"/{base}") if base else path


def _asked_here(scope: Scope) -> bool:
    """Whether the connection came in at an address of loopback, whatever address the settings name."""
    server = scope.get("server")
    return not server or is_address_of_loopback(str(server[0]))


def is_address_of_loopback(address: str) -> bool:
    """As `is_loopback`, of what a socket says of itself; what is no address, such as a socket's file, is."""
    named = ":" not in address and not any(each.isdigit() for each in address)
    return named or is_loopback(address) or address.startswith("/")


def has_signed_in(head: Headers) -> bool:
    """Whether the cookies of a request are those of somebody who has signed in and has a role here."""
    cookies = cookie_parser(head.get("cookie", ""))
    secret = get_cookie_secret()

    def one(name: str) -> bytes | None:
        value = cookies.get(name)
        return None if value is None else decode_signed_value(secret, name, value.encode("latin-1", "replace"))

    try:
        raw = get_cookie_with_chunks(one, USER_COOKIE_NAME)
        claims = json.loads(raw) if raw else {}
        return allows(person_of(claims if isinstance(claims, dict) else {}).role, "look")
    except (ValueError, OSError):
        return False
