"""Eight browser windows on one server at once, against one after the other; what a ninth waits for meanwhile."""

import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.base.paths import ROOT
from tests.bench.timing import Row, Settings, median

WINDOWS = 8
LINK = (
    "inspect?image=cifar10/{picture:04d}&model=cifar10_resnet20:standard&maps=grad_cam_pp,lime&lime.samples=200"
    "&controls=1&seed={seed}"
)
LONGEST = 900.0  # seconds for one study
WATCH = """() => {
    const seen = window.watched = {first: 0, last: 0}
    const stop = () => [...document.querySelectorAll("button")].some(each => each.textContent.trim() === "Stop")
    const card = () => [...document.querySelectorAll("h3")].some(each => each.textContent.includes("Attack card"))
    const look = () => {
        const now = Date.now() / 1000
        if (!seen.first && card()) seen.first = now
        if (seen.first && !stop()) seen.last = now
        else setTimeout(look, 100)
    }
    look()
}"""  # each page notes by itself when it shows what: to ask all of them in turn takes longer than what is measured
PAGES = ("Overview", "Runs")


@contextmanager
def served() -> Iterator[tuple[str, int]]:
    """The address of a dashboard with an empty folder, and its process."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", str(ROOT / "app" / "main.py"),
               "--server.port", str(port), "--server.headless", "true"]  # fmt: skip
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as home:
        own = os.environ | {"COUNTERPROOF_HOME": home}
        process = subprocess.Popen(command, cwd=ROOT, env=own, stdout=subprocess.DEVNULL)
        try:
            _awaited(f"http://127.0.0.1:{port}")
            yield f"http://127.0.0.1:{port}", process.pid
        finally:
            process.terminate()
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()


def _awaited(address: str) -> None:
    for _ in range(240):
        try:
            urllib.request.urlopen(f"{address}/_stcore/health", timeout=1).close()
            return
        except OSError:
            time.sleep(0.5)
    raise RuntimeError("the dashboard did not start")


def spent(process: int) -> float:
    """Seconds of processor time that a process and all below it have taken; 0 where the system does not tell."""
    try:
        told = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
        tasks = Path(f"/proc/{process}/task").iterdir()
        children = {int(each) for task in tasks for each in (task / "children").read_text().split()}
    except OSError:
        return 0.0
    own = (int(told[11]) + int(told[12])) / os.sysconf("SC_CLK_TCK")
    return own + sum(map(spent, children))


@dataclass
class Window:
    """A browser window on one study: seconds from the press to the attack, and to the end."""

    page: Any
    begun: float = 0.0
    first: float = 0.0
    last: float = 0.0

    def open(self, address: str, picture: int, seed: int) -> None:
        self.page.goto(f"{address}/{LINK.format(picture=picture, seed=seed)}")
        self.button("Attack and explain").wait_for()
        self.page.get_by_text("A picture labelled").wait_for()

    def button(self, name: str) -> Any:
        return self.page.get_by_role("button", name=name, exact=True)

    def press(self) -> None:
        """Begin: what the page shows of an earlier study is gone once it is pressed."""
        self.begun, self.first, self.last = time.time(), 0.0, 0.0
        self.button("Attack and explain").click()
        self.page.evaluate(WATCH)

    def look(self) -> bool:
        """Whether its study has ended; what the page has noted."""
        told = self.page.evaluate("window.watched")
        if told["last"]:
            self.first, self.last = told["first"] - self.begun, told["last"] - self.begun
        elif time.time() - self.begun > LONGEST:
            raise RuntimeError("a study did not end")
        return bool(self.last)


class Answers:
    """Seconds from each order that a page sends to the end of what the server sends for it, without the drawing."""

    def __init__(self, page: Any) -> None:
        self.seconds: list[float] = []
        self._sent = 0.0
        page.on("websocket", self._follow)

    def _follow(self, socket: Any) -> None:
        socket.on("framesent", lambda _: self._note_sent())
        socket.on("framereceived", self._note_received)

    def _note_sent(self) -> None:
        self._sent = self._sent or time.perf_counter()

    def _note_received(self, frame: bytes | str) -> None:
        from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

        if isinstance(frame, bytes) and self._sent and ForwardMsg.FromString(frame).HasField("script_finished"):
            self.seconds.append(time.perf_counter() - self._sent)
            self._sent = 0.0


def turned(page: Any, turn: int) -> float:
    """Seconds until a page is there that was clicked at the side."""
    name = PAGES[turn % 2]
    heading = "Counterproof" if name == "Overview" else name
    begun = time.perf_counter()
    page.get_by_test_id("stSidebarNav").get_by_role("link", name=name).click()
    page.get_by_role("heading", name=heading, exact=True).first.wait_for()
    return time.perf_counter() - begun


def opened(browser: Any) -> Any:
    """A page of its own, which knows nothing of the others."""
    page = browser.new_context(viewport={"width": 1200, "height": 900}).new_page()
    page.set_default_timeout(300_000)
    return page


def eight(settings: Settings) -> list[Row]:
    from playwright.sync_api import sync_playwright

    from tests.browser.conftest import CHROMIUM, FLAGS

    count = settings.pick(WINDOWS, 2)
    with served() as (address, server), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        windows, ninth = [Window(opened(browser)) for _ in range(count)], opened(browser)
        answers = Answers(ninth)
        ninth.goto(address)
        for place, window in enumerate(windows):
            window.open(address, place, 0)
        for window in windows:  # the first time in each warms up: a worker for each of them
            window.press()
        _all(windows)
        for turn in range(4):
            turned(ninth, turn)
        before = spent(server)
        alone, firsts = _one_after_the_other(address, windows)
        work_alone = spent(server) - before
        for place, window in enumerate(windows):
            window.open(address, place, 2)
        begun, before = time.time(), spent(server)
        for window in windows:
            window.press()
        pages: list[float] = []
        answers.seconds.clear()
        while not all([window.look() for window in windows]):
            pages.append(turned(ninth, len(pages)))
        together, work = time.time() - begun, spent(server) - before
        browser.close()
    work_of = {"alone": work_alone, "together": work}
    return _rows(alone, firsts, together, windows, begun, pages, answers.seconds, work_of)


def _all(windows: list[Window]) -> None:
    while not all([window.look() for window in windows]):
        time.sleep(0.1)


def _one_after_the_other(address: str, windows: list[Window]) -> tuple[float, list[float]]:
    """Seconds from the press to the end, of all of them; and those to each attack."""
    spent = 0.0
    for place, window in enumerate(windows):
        window.open(address, place, 1)
        window.press()
        _all([window])
        spent += window.last
    return spent, [window.first for window in windows]


def _rows(
    alone: float, firsts: list[float], together: float, windows: list[Window], begun: float, pages: list[float],
    answers: list[float], work: dict[str, float],
) -> list[Row]:  # fmt: skip
    count, first = len(windows), [window.first for window in windows]
    ends = [window.begun + window.last - begun for window in windows]
    note = (
        f"{count} windows of headless Chromium on one server, each a 32 px case with PGD-20, Grad-CAM++, LIME and "
        f"their controls; "
        f"from the first press to the last map {together:.1f} s, one after the other {alone:.1f} s; "
        f"processor time of server and workers {work['together']:.1f} s and {work['alone']:.1f} s"
    )
    facts = {"first_alone": firsts, "first_together": first, "pages": pages, "processor_time": work}
    latest = max(window.begun + window.first - begun for window in windows)
    return [
        Row(f"{count} windows at once", "one after the other", together / alone, 1.2, "at most", "x", [together],
            [alone], note, facts),
        Row(f"{count} windows at once: first results", "the first study to end", latest / min(ends), 1, "at most", "x",
            first, firsts, f"from the first press the last of the attacked pictures was shown after {latest:.1f} s, "
            f"the first study ended after {min(ends):.1f} s; the longest wait for an attacked picture was "
            f"{max(first):.1f} s, alone {max(firsts):.1f} s"),
        Row(f"{count} windows at once: a page meanwhile", "the clock", median(pages) or 0, 1, "at most", "seconds",
            pages, [], f"another window turns from Overview to Runs and back, {len(pages)} times; the longest took "
            f"{max(pages):.2f} s, its drawing included, for which all windows need the same cores"),
        Row(f"{count} windows at once: the server's answer", "the clock", max(answers), 1, "at most", "seconds",
            answers, [], f"of the {len(answers)} orders of that window the one that took longest, from the order to "
            "the last of what the server sends for it"),
    ]  # fmt: skip


ROWS = {"Sessions": eight}
