"""Whether a running dashboard works, for a probe: it answers, can keep something, has room, and its runs are worked on.

Only the standard library is needed, so that asking every half a minute costs little.
"""

import http.client
import shutil
import urllib.error
import urllib.request
from contextlib import suppress

from core.base.paths import home, unkept
from core.base.run_folder import is_name, runs_folder
from core.operations.finding import Finding
from core.operations.sizes import in_words
from core.runs.status import LIVE, read_status, written

USUAL = "http://127.0.0.1:8501"
PATH = "/_stcore/health"
PATIENCE = 5.0  # seconds
LEAST = 500 * 10**6  # bytes on disk
REFUSED, OTHER_NAME = 421, "it does not answer under this name"  # see app/server.py


def health(url: str = USUAL) -> list[Finding]:
    """What a look at all of it found; something does not work where one of them is a problem."""
    return [_served(url), _kept(), _room(), _worked_on()]


def answers(url: str) -> str:
    """Why no dashboard answers at `url`, in words; "" if one does. What is asked is no page and costs it nothing.

    ValueError in one sentence if it is no address of the web.
    """
    if not url.startswith(("http://", "https://")):
        raise ValueError(f"expected an address that begins with http:// or https://, got {url[:60]!r}")
    try:
        with urllib.request.urlopen(url.rstrip("/") + PATH, timeout=PATIENCE) as answer:
            said = answer.read(100).strip()
            return "" if said == b"ok" else "something else than a dashboard answers"
    except urllib.error.HTTPError as error:
        return OTHER_NAME if error.code == REFUSED else f"it answered {error.code}"
    except (OSError, http.client.HTTPException, ValueError) as error:
        return str(getattr(error, "reason", "") or error or type(error).__name__)[:200]


def _served(url: str) -> Finding:
    if why := answers(url):
        advice = "Start it: counterproof app. On another port or below a base path, name the whole address: --url."
        if why == OTHER_NAME:
            advice = "It must be allowed to answer under this name too (docs/deployment.md)."
        return Finding("dashboard", f"{url} does not answer: {why}", "problem", advice)
    return Finding("dashboard", f"{url} answers")


def _kept() -> Finding:
    if why := unkept():
        return Finding("folder", f"nothing can be kept: {why}", "problem", "Let this account write there.")
    return Finding("folder", f"{home()} can be written to")


def _room() -> Finding:
    with suppress(OSError):
        free = shutil.disk_usage(home()).free
        if free < LEAST:
            return Finding("disk", f"{in_words(free)} free", "problem", "`counterproof tidy` makes room.")
        return Finding("disk", f"{in_words(free)} free")
    return Finding("disk", "cannot be looked at", "problem", "Let this account read the folder.")


def _worked_on() -> Finding:
    """A run that waits has a worker that waits with it; without one nothing would ever start it."""
    folder, waiting, alone, lost = runs_folder(), 0, [], 0
    with suppress(OSError):  # without runs, or where none can be read, none waits
        for path in sorted(folder.iterdir()):
            if not is_name(path.name) or (before := written(path).state) not in LIVE:
                continue
            state = read_status(path).state  # it may have ended in between
            waiting += state in LIVE
            if state == "lost" and before == "queued":
                alone.append(path.name)
            lost += state == "lost" and before != "queued"
    if alone:
        said = f"{len(alone)} queued and no worker waits with them, such as {alone[0]}"
        return Finding("runs", said, "problem", "Resume or delete them: counterproof runs resume ID.")
    if lost:
        said = f"{lost} have lost their worker"
        return Finding("runs", said, "note", "Resume or delete them: counterproof runs resume ID.")
    return Finding("runs", f"{waiting} under way, each with its worker" if waiting else "none under way")
