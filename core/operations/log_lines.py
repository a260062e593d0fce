"""A record of the log as a line of JSON that holds nothing that a user has brought or written.

The words of a message are the program's own. What was put into them may be the name of a file or quote one, so only
numbers and names that were drawn or computed here (of cases, runs) stay. Of an error its kind and place are told, not
what it says.
"""

import json
import logging
import re
import sys
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any

from core.base.paths import ROOT
from core.base.plain_line import plain_line

LEFT_OUT = "(left out)"
MOST_PLACES, MOST_CAUSES = 30, 5
_DRAWN = re.compile(  # also "study 0123456789abcdef"
    r"(?:(?:study|comparison on|case|run) )?(?:upload/)?(?:[0-9a-f]{8,64}|[0-9]{8}-[0-9]{6}-[0-9a-f]{8})", re.ASCII
)


class Lines(logging.Formatter):
    """One line of JSON for each record: time (UTC), level, logger, said, where, and what went wrong, if anything."""

    def format(self, record: logging.LogRecord) -> str:
        told: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "said": plain_line(_said(record)),
            "where": f"{_place(record.pathname)}:{record.lineno}",
        }
        error = record.exc_info[1] if isinstance(record.exc_info, tuple) else None
        if error is not None:
            told["error"] = _error(error)
        return json.dumps(told)


def _said(record: logging.LogRecord) -> str:
    """The message, of what was put into it only what is no user's."""
    if not record.args:
        return str(record.msg)
    given = record.args if isinstance(record.args, tuple) else (record.args,)
    try:
        return str(record.msg) % tuple(map(_harmless, given))
    except (TypeError, ValueError):  # a number was wanted, say, where something was left out
        return str(record.msg)


def _harmless(value: object) -> object:
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, BaseException):
        return type(value).__name__
    return value if isinstance(value, str) and _DRAWN.fullmatch(value) else LEFT_OUT


def _error(error: BaseException) -> list[dict[str, Any]]:
    """The kind of an error and the places that it came through, the deepest last; then those of its causes."""
    found: list[dict[str, Any]] = []
    each: BaseException | None = error
    while each is not None and len(found) < MOST_CAUSES:
        found.append({"kind": type(each).__name__, "through": _places(each.__traceback__)[-MOST_PLACES:]})
        each = each.__cause__ or (None if each.__suppress_context__ else each.__context__)
    return found


def _places(trace: TracebackType | None) -> list[str]:
    places = []
    while trace is not None:
        code = trace.tb_frame.f_code
        places.append(f"{_place(code.co_filename)}:{trace.tb_lineno} {code.co_name}")
        trace = trace.tb_next
    return places


def _place(file: str) -> str:
    """A file of the program from its root on, one of a library from where libraries are, any other by its name."""
    path = Path(file)
    for root in (*(Path(each) for each in sys.path if "packages" in each), ROOT):
        if path.is_relative_to(root):
            return path.relative_to(root).as_posix()
    return path.name
