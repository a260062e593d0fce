"""The log of the server: lines of JSON in the user's folder, of bounded size. Only the standard library is needed."""

import logging
import os
import sys
from functools import partial
from logging.handlers import RotatingFileHandler, WatchedFileHandler
from pathlib import Path

from core.base.paths import home
from core.operations.log_lines import Lines

VARIABLE = "COUNTERPROOF_LOG"
LEVELS = {"debug": logging.DEBUG, "info": logging.INFO, "warning": logging.WARNING, "error": logging.ERROR}
OFF = "off"
NAME = "server.jsonl"
LARGEST, KEPT = 5 * 10**6, 4  # bytes of a file, and how many full ones are kept beside it
LOGGER = "counterproof"


class _Quiet(RotatingFileHandler):
    """A full disk ends no page, and is told by the doctor, not once for each line."""

    def handleError(self, record: logging.LogRecord) -> None:
        pass


class _Following(WatchedFileHandler):
    """The same for a process beside the server, which goes on in the new file where the server has begun one."""

    def handleError(self, record: logging.LogRecord) -> None:
        pass


def log_folder() -> Path:
    """Where the log lies; OSError in one sentence if $COUNTERPROOF_HOME names no folder."""
    return home() / "logs"


def level() -> int | None:
    """The level that the environment asks for, `info` unless it says another; None where it says `off`.

    ValueError in one sentence if it names none.
    """
    chosen = os.environ.get(VARIABLE, "").strip().lower() or "info"
    if chosen == OFF:
        return None
    if chosen not in LEVELS:
        raise ValueError(f"expected {VARIABLE} to be one of {', '.join(LEVELS)} or {OFF}, got {chosen[:40]!r}")
    return LEVELS[chosen]


def follow_log() -> str:
    """As `keep_log`, in a process that works for the server: it never begins a new file."""
    return keep_log(rotates=False)


def keep_log(rotates: bool = True) -> str:
    """Have this process write its log, once however often this is called; "" or why it cannot, in a sentence.

    Warnings still go to the terminal. rotates: whether it begins a new file where one is full.
    """
    logger = logging.getLogger(LOGGER)
    if is_kept():
        return ""
    try:
        wanted = level()
        if wanted is None:
            return ""
        log_folder().mkdir(parents=True, exist_ok=True)
        place = log_folder() / NAME
        full = partial(_Quiet, maxBytes=LARGEST, backupCount=KEPT) if rotates else _Following
        handler: logging.FileHandler = full(place, encoding="utf-8")
    except (OSError, ValueError) as error:
        return f"there is no log of the server: {error}"
    handler.setLevel(wanted)
    handler.setFormatter(Lines())
    if not logger.handlers and not logging.getLogger().handlers:  # what Python does only where nobody else listens
        told = logging.StreamHandler(sys.stderr)
        told.setLevel(logging.WARNING)
        logger.addHandler(told)
    logger.addHandler(handler)
    logger.setLevel(min(wanted, logging.WARNING))
    return ""


def is_kept() -> bool:
    """Whether this process writes its log."""
    return any(isinstance(each, _Quiet | _Following) for each in logging.getLogger(LOGGER).handlers)
