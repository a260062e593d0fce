"""What persons did, in plain words, and who they are."""

from collections.abc import Mapping
from typing import Any

from core.audit import events
from core.audit.entry import Entry
from core.base.plain_line import plain_line

LONGEST = 100  # characters of what is quoted


def who(entry: Entry) -> str:
    """Who did it: the person who was signed in, by name and the beginning of the id, else the account.

    >>> one = Entry(1, "", "root", "", "", "", {}, {}, "", "", person={"id": "0123456789abcdef", "name": "Anna"})
    >>> who(one), who(Entry(1, "", "root", "", "", "", {}, {}, "", ""))
    ('Anna (01234567)', 'root')
    """
    if not entry.person:
        return _text(entry.who)
    return f"{_text(entry.person.get('name'))} ({_text(entry.person.get('id'))[:8]})"


def told(facts: Mapping[str, Any]) -> Mapping[str, str]:
    """Event -> what it says with these facts, for those that only a person brings about."""
    case = _text(facts.get("case"))
    thing = f"{_text(facts.get('what'))} {_text(facts.get('name'))}".strip()
    return {
        events.SIGNED_IN: f"signed in; {_role(facts)}",
        events.SIGNED_OUT: "signed out",
        events.SHARED: f"shared with everybody here: {thing}",
        events.UNSHARED: f"shared no longer: {thing}",
        events.CASE_SAVED: f"saved the case {case}",
        events.CASE_EDITED: f"changed what is written about the case {case}",
        events.CASE_DELETED: f"deleted the case {case}",
        events.CASE_RESTORED: f"restored the case {case}",
        events.ANSWERED: f"answered the case {case}",
        events.IMPORTED: _imported(facts),
    }


def _imported(facts: Mapping[str, Any]) -> str:
    """What came in, and the answers of whom nobody here has seen giving them.

    >>> _imported({"cases": ["a"], "answered": ["b"], "answers": 3})
    'imported 1 new case, and answers to 1 that was here: 3 answers in all'
    """
    new, here = (len(each) if isinstance(each, list) else 0 for each in (facts.get("cases"), facts.get("answered")))
    count = _text(facts.get("answers"))
    answers = f"{count} answer{'' if count == '1' else 's'} in all"
    besides = f", and answers to {here} that {'was' if here == 1 else 'were'} here" if here else ""
    return f"imported {new} new case{'' if new == 1 else 's'}{besides}: {answers}"


def _role(facts: Mapping[str, Any]) -> str:
    role = _text(facts.get("role"))
    return f"the role is {role}" if role else "without a role here"


def _text(value: Any) -> str:
    return "" if value is None else plain_line(str(value), LONGEST)
