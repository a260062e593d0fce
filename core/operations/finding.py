"""What a look at one thing found."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any, Literal

State = Literal["ok", "note", "problem"]


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at.

    what: it, in a word or two; found: in words, without a full stop; state: `note` where all works but something could
    be better or is missing that need not be there, `problem` where something does not work; advice: what to do about
    it, in whole sentences, "" where there is nothing to do.
    """

    what: str
    found: str
    state: State = "ok"
    advice: str = ""


def as_json(findings: Iterable[Finding]) -> dict[str, Any]:
    """All of them as a JSON object.

    >>> as_json([Finding("port", "8501 is free")])
    {'problems': 0, 'checks': [{'what': 'port', 'found': '8501 is free', 'state': 'ok', 'advice': ''}]}
    """
    told = list(findings)
    return {"problems": problems(told), "checks": [asdict(each) for each in told]}


def problems(findings: Iterable[Finding]) -> int:
    """How many of them say that something does not work."""
    return sum(each.state == "problem" for each in findings)


def table(findings: Iterable[Finding]) -> str:
    """A line each, in columns: the state, what it is, what was found; below it the advice, if there is any.

    >>> print(table([Finding("port", "8501 is taken", "problem", "Choose another one.")]))
    PROBLEM  port  8501 is taken
                   Choose another one.
    """
    told = list(findings)
    wide = max((len(each.what) for each in told), default=0)
    lines = []
    for each in told:
        state = "PROBLEM" if each.state == "problem" else each.state
        lines.append(f"{state:<7}  {each.what:<{wide}}  {each.found}")
        if each.advice:
            lines.append(" " * (wide + 11) + each.advice)
    return "\n".join(lines)
