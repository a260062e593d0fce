"""A worker's ear for a stop: passes it on to the task, and ends the process if it must."""

import os
import signal
import threading
import time
from contextlib import suppress

from core.distributed import torchrun
from core.runs.context import Context
from core.runs.course import interrupt
from core.runs.status import How

HEAR = 0.1  # seconds between two looks for a stop
PATIENCE = 1.5  # seconds that a task has for 'stop now'


def listen(context: Context, ended: threading.Event) -> None:
    """Pass a stop on to whoever listens. 'Now', or before there is anything to save, ends this process if it must."""
    told: How | None = None
    since = 0.0
    while not ended.wait(HEAR):
        how = context.stop_asked()
        if how and how != told:
            told = how
            for call in context.listeners:
                call(how)
        if how != "now" and not (how and context.status.state == "starting"):
            since = 0.0
            continue
        since = since or time.monotonic()
        if time.monotonic() - since < PATIENCE:
            continue
        ours = True
        with suppress(OSError):
            ours = interrupt(context, "Stopped at once.")
        if ours:
            if os.getpgrp() == os.getpid():
                os.killpg(0, signal.SIGKILL)  # with all it started
            os._exit(int(torchrun.started()))  # or torchrun would go on waiting for the others


def pass_on(context: Context, over: threading.Event) -> None:
    """Pass a stop on, once, to whoever listens."""
    while not over.wait(HEAR):
        if (how := context.stop_asked()) and context.listeners:
            for call in context.listeners:
                call(how)
            return
