"""What a page of another site can do with a running dashboard: not show it, not speak to it."""

from http.server import BaseHTTPRequestHandler

import pytest
from playwright.sync_api import Page, expect

from tests.serving import serving

pytestmark = pytest.mark.browser


class OtherSite(BaseHTTPRequestHandler):
    """A page that shows the dashboard in a frame."""

    dashboard = ""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        link = f"{self.dashboard}/inspect?image=mnist/0003&model=mnist_cnn:standard&go=1"
        self.wfile.write(f'<title>other</title><iframe id="inside" src="{link}"></iframe>'.encode())

    def log_message(self, *_: object) -> None:
        pass


def test_another_site_cannot_show_it_or_speak_to_it(page: Page, server: str) -> None:
    OtherSite.dashboard = server
    sockets: list[str] = []
    page.on("websocket", lambda opened: sockets.append(opened.url))
    with serving(OtherSite) as address:
        page.goto(address)
        page.wait_for_timeout(3000)
        inside = page.frames[1]
        assert not inside.url.startswith(server), "Chromium shows its own page for a frame that was refused"
        assert sockets == []
        speak = """address => new Promise(resolve => {
            const line = new WebSocket(address, ["streamlit"])
            line.onopen = () => resolve("open")
            line.onerror = () => resolve("refused")
        })"""
        stream = f"{server.replace('http', 'ws')}/_stcore/stream"
        assert page.evaluate(speak, stream) == "refused"
        page.goto(server)
        expect(page.get_by_role("heading", name="Counterproof")).to_be_visible()
        assert page.evaluate(speak, stream) == "open"
