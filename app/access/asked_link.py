"""The link that somebody opened before signing in, for when they have: kept in a cookie of their own browser.

Streamlit leads everybody who has signed in to its first page, and a link to a case or a run would be lost.
"""

from hashlib import sha256
from urllib.parse import quote, unquote

import streamlit as st
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import cookie_parser
from starlette.types import Message, Scope

from app.access.configured import served
from app.access.gate import has_signed_in

NAME = "counterproof_link"  # browsers send cookies to every port of a host: one name for each dashboard
KEPT = 900  # seconds that somebody has to sign in
LONGEST = 3000  # characters of a cookie, of which browsers take 4,096 bytes
INNER = ("_stcore/", "static/", "media/", "auth/", "oauth2callback", "component/", "app/", "favicon")
CALLBACK = "oauth2callback"


def keep_or_follow(scope: Scope, head: Headers, message: Message) -> None:
    """Of an answer that begins: have a link kept, or lead to the one that was kept; nothing where nobody signs in."""
    if not served().sign_in or scope.get("method") != "GET":
        return
    base, path = _base(), str(scope.get("path", ""))
    inner = path.removeprefix(base).lstrip("/")
    answer = MutableHeaders(scope=message)
    kept = cookie_parser(head.get("cookie", "")).get(cookie(), "")
    if inner == CALLBACK and message["status"] == 302 and kept:
        if (link := read(kept, base)) and answer.get("location", "").rstrip("/") == base:
            answer["location"] = link
        answer.append("set-cookie", _cookie("", 0, base))
    elif _is_page(inner, head) and message["status"] in (200, 304) and not has_signed_in(head):
        query = scope.get("query_string", b"").decode("latin-1")
        link = quote(path + (f"?{query}" if query else ""), safe="")
        if len(link) <= LONGEST and (inner or query):
            answer.append("set-cookie", _cookie(link, KEPT, base))
        elif kept:  # of an earlier link, which is not what was opened last
            answer.append("set-cookie", _cookie("", 0, base))


def read(kept: str, base: str = "") -> str:
    """The link in a cookie's value; "" unless it leads to a page of this dashboard.

    >>> read("%2Fruns%3Frun%3D7"), read("%2F%2Felsewhere.org%2F"), read("https%3A%2F%2Felsewhere.org")
    ('/runs?run=7', '', '')
    >>> read("%2Fteam%2Fruns", "/team"), read("%2Fruns", "/team"), read("%2F%5Celsewhere.org"), read("%2F%0Aa")
    ('/team/runs', '', '', '')
    """
    link = unquote(kept)
    own = link.startswith(f"{base}/") and not link.startswith(f"{base}//") and not link.startswith("//")
    return link if own and link.isascii() and link.isprintable() and "\\" not in link else ""


def cookie() -> str:
    """What this dashboard's cookie is called, by its port and the path below which it lies."""
    own = f"{st.get_option('server.port')}{_base()}"
    return f"{NAME}_{sha256(own.encode()).hexdigest()[:8]}"


def _base() -> str:
    base = str(st.get_option("server.baseUrlPath") or "").strip("/")
    return f"/{base}" if base else ""


def _is_page(inner: str, head: Headers) -> bool:
    return not inner.startswith(INNER) and "." not in inner and "text/html" in head.get("accept", "")


def _cookie(value: str, seconds: int, base: str) -> str:
    return f"{cookie()}={value}; Path={base}/; Max-Age={seconds}; HttpOnly; SameSite=Lax"
