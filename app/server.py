"""The web server around the pages: how threads wait, which hosts and sites it answers, and where it says that it is."""

import asyncio
import logging
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import streamlit as st
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocketClose
from streamlit.cli_util import open_browser
from streamlit.web.server.server_util import get_display_address, get_url, is_allowed_origin
from streamlit.web.server.starlette.starlette_websocket import is_host_allowed

from app.access.asked_link import keep_or_follow
from app.access.configured import served
from app.access.gate import refusal
from app.access.who import ask_who
from core.base.paths import settle
from core.operations.retention.at_start import tidy_later
from core.operations.server_log import keep_log

OTHER_HOST = (
    "This dashboard does not answer under this name. Whoever runs it can add the name: --server.allowedHosts NAME, "
    "or STREAMLIT_SERVER_ALLOWED_HOSTS.\n"
)
ALONE = {"X-Frame-Options": "SAMEORIGIN", "Content-Security-Policy": "frame-ancestors 'self'"}


def waiting_threads_sleep() -> None:
    """Have threads that wait for others give up their core; holds for what is loaded after it, PyTorch above all.

    On a busy machine of two cores, an attack that takes 6 s takes 93 s where they turn in circles instead.
    """
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")


def settle_access() -> None:
    """Settle whether people sign in; end with one sentence where the dashboard must not be served as it is set up."""
    settle()
    if why := served().refusal:
        sys.exit(f"Counterproof: {why}")
    ask_who()


class Guard:
    """Refuses what is asked under another host's name or by another site's page, by who has not signed in where that
    is needed (app.access.gate), and being shown inside another page.

    The first is what a page does whose name was made to lead to this machine (DNS rebinding). Streamlit itself asks
    for the host of a WebSocket alone, lets every page of this machine open one, and looks up on the network whether a
    foreign page may.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        head = Headers(scope=scope) if scope["type"] in ("http", "websocket") else Headers()

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(ALONE)
                if scope["type"] == "http":
                    keep_or_follow(scope, head, message)
            await send(message)

        if scope["type"] == "websocket" and not _own(head):
            await WebSocketClose()(scope, receive, send)
        elif scope["type"] == "http" and not is_host_allowed(head.get("host")):
            await PlainTextResponse(OTHER_HOST, 421)(scope, receive, answer)
        elif (refused := refusal(scope, head) if scope["type"] in ("http", "websocket") else (0, ""))[0]:
            refuse = WebSocketClose() if scope["type"] == "websocket" else PlainTextResponse(refused[1], refused[0])
            await refuse(scope, receive, answer)
        else:
            await self.app(scope, receive, answer)


def _own(head: Headers) -> bool:
    """Whether a WebSocket is asked for by a page of this dashboard, or by a program that is no browser."""
    host, origin = head.get("host"), head.get("origin")
    if not is_host_allowed(host):
        return False
    return origin is None or origin.partition("://")[2] == host or is_allowed_origin(origin)


@asynccontextmanager
async def opening(_: st.App) -> AsyncIterator[None]:
    """Say where the dashboard is, and open a browser there unless asked not to; keep the log, tidy up if wanted."""
    settle()
    if why := keep_log():
        sys.stderr.write(f"Counterproof: {why}\n")
    address = get_url(get_display_address(str(st.get_option("server.address") or "localhost")))
    sys.stdout.write(f"Counterproof is at {address}; Ctrl-C ends it\n")
    sys.stdout.flush()
    if not st.get_option("server.headless"):
        asyncio.get_running_loop().call_later(0.5, open_browser, address)
    log = logging.getLogger("counterproof")
    log.info("the server has started")
    timer = tidy_later()
    yield
    log.info("the server ends")
    if timer is not None:
        timer.cancel()
