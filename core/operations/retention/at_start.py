"""Tidying up once after the server has started: in a process of its own, out of the way, and for a bounded time.

Only the standard library is needed: what the work itself needs is loaded by that process.
"""

import logging
import os
import subprocess
import sys
import threading
from contextlib import suppress

from core.base.paths import ROOT
from core.operations.retention.limits import limits

log = logging.getLogger("counterproof")
DELAY, PATIENCE = 20.0, 900.0  # seconds until it begins, and that it may take: the next start goes on
LAST = 19  # how far behind everything else it stands


def tidy_later(delay: float = DELAY) -> threading.Timer | None:
    """Begin it after `delay` seconds, if the owner has set limits; None if not, or if they cannot be read."""
    try:
        if not limits():
            return None
    except (OSError, ValueError) as error:
        log.warning("the limits of what is kept cannot be read: %s", error)
        return None
    timer = threading.Timer(delay, _tidy)
    timer.daemon = True
    timer.start()
    return timer


def _tidy() -> None:
    command = [sys.executable, "-m", "core.cli", "tidy"]
    quiet = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    try:
        with subprocess.Popen(command, cwd=ROOT, **quiet) as process:  # type: ignore[call-overload]
            with suppress(OSError):
                os.setpriority(os.PRIO_PROCESS, process.pid, LAST)
            try:
                code = process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                process.kill()
                log.warning("tidying up took longer than %d seconds and was ended", PATIENCE)
                return
    except OSError as error:
        log.warning("tidying up could not be started: %s", error)
        return
    log.log(logging.WARNING if code else logging.INFO, "tidied up, exit code %d", code)
