"""Eight browser windows on one server for ten minutes, each beginning its next study as soon as one has ended."""

import os
import time
from pathlib import Path
from typing import Any

from tests.bench.sessions import WINDOWS, Answers, Window, opened, served, turned
from tests.bench.timing import Row, Settings, median

MINUTES = 10
AIM = 1.25  # times the memory of the minutes before
PICTURES = 10  # of which a study is made in turn


def memory(process: int) -> int:
    """Bytes of a process and of all below it, what they share counted once; 0 where the system does not tell."""
    try:
        lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
        tasks = Path(f"/proc/{process}/task").iterdir()
        children = {int(each) for task in tasks for each in (task / "children").read_text().split()}
    except OSError:
        return 0
    own = next((1024 * int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)
    return own + sum(map(memory, children))


def ten_minutes(settings: Settings) -> list[Row]:
    from playwright.sync_api import sync_playwright

    from tests.browser.conftest import CHROMIUM, FLAGS

    count, seconds = settings.pick(WINDOWS, 2), settings.pick(60 * MINUTES, 60)
    with served() as (address, server), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        windows, ninth = [Window(opened(browser)) for _ in range(count)], opened(browser)
        answers = Answers(ninth)
        ninth.goto(address)
        begun, studies, sizes, firsts = time.monotonic(), 0, [], []
        for place, window in enumerate(windows):
            _next(window, address, place, 0)
        seeds, pages = [0] * count, 0
        while time.monotonic() - begun < seconds:
            turned(ninth, pages)
            pages += 1
            for place, window in enumerate(windows):
                if window.look():
                    assert not window.page.get_by_text("could not be finished").count()
                    studies, seeds[place] = studies + 1, seeds[place] + 1
                    firsts.append(window.first)
                    _next(window, address, place, seeds[place])
            sizes.append(memory(server))
        browser.close()
    return [_row(count, seconds, studies, sizes, firsts, answers.seconds)]


def _next(window: Any, address: str, place: int, seed: int) -> None:
    window.open(address, (place + seed) % PICTURES, seed)
    window.press()


def _row(count: int, seconds: int, studies: int, sizes: list[int], firsts: list[float], answers: list[float]) -> Row:
    third = len(sizes) // 3
    early, late = max(sizes[third : 2 * third] or sizes), max(sizes[-max(third, 1) :])
    slow = sum(each > 1 for each in answers)
    note = (
        f"{studies} studies in {seconds / 60:.0f} minutes in {count} windows, none failed; server and workers held at "
        f"most {late / 1e9:.2f} GB in the last third, {early / 1e9:.2f} GB in the one before; attacked pictures after "
        f"{median(firsts) or 0:.1f} s, at most {max(firsts, default=0):.1f} s; the server answered another window "
        f"{len(answers)} times, after {median(answers) or 0:.2f} s, {slow} times after more than 1 s, at most "
        f"{max(answers):.2f} s; load at the end {os.getloadavg()[0]:.1f}"
    )
    facts = {"memory": sizes, "first": firsts, "answers": answers}
    name = f"{count} windows for {seconds / 60:.0f} minutes: memory"
    return Row(name, "the third before", late / max(early, 1), AIM, "at most", "times as much", [], [], note, facts)


ROWS = {"Minutes": ten_minutes}
