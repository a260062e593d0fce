"""One entry of the audit trail: a JSON object on a line, which names the entry before it and seals itself.

`hash` is the SHA-256 of the canonical JSON (keys in order, no white space, ASCII) of all the rest; `before` is the hash
of the entry before, so that none can be changed, taken out or put in without every later one being written anew.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from core.base.errors import Unreadable
from core.untrusted.foreign_json import parse_object

ZERO = "0" * 64  # what the first entry names as the one before
LONGEST = 10**6  # bytes of a line
TEXTS = ("time", "who", "event", "before", "hash")


@dataclass(frozen=True)
class Entry:
    """What a line says. n: its number, from 1; facts: what the event calls for; run, task: "" where there is none.

    person: {"id", "name"} of who was signed in, {} where nobody signs in. intact: whether the line is just what was
    written under its hash.
    """

    n: int
    time: str
    who: str
    event: str
    run: str
    task: str
    facts: Mapping[str, Any]
    code: Mapping[str, Any]
    before: str
    hash: str
    intact: bool = True
    person: Mapping[str, Any] = field(default_factory=dict)

    @property
    def files(self) -> Mapping[str, str]:
        """File name -> SHA-256, of what this entry answers for; in the run's folder, or else in the user's."""
        named = self.facts.get("files")
        return {name: str(each) for name, each in named.items()} if isinstance(named, Mapping) else {}


def canonical(value: Any) -> str:
    """The one JSON text of a value; ValueError or TypeError if it has none.

    >>> canonical({"b": 1.5, "a": ["é"]})
    '{"a":["\\\\u00e9"],"b":1.5}'
    """
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)


def sealed(n: int, before: str, said: Mapping[str, Any]) -> bytes:
    """The line of entry `n`, with its end; ValueError or TypeError in one sentence if it could not be read back.

    said: "time", "who", "event" and, as they apply, "run", "task", "facts", "code", "person".
    """
    content = {"run": "", "task": "", "facts": {}, "code": {}} | dict(said) | {"n": n, "before": before}
    whole = content | {"hash": hashlib.sha256(canonical(content).encode()).hexdigest()}
    line = canonical(whole).encode()
    if not parsed(line).intact:
        raise ValueError("an entry of the audit trail does not read as it was written")
    return line + b"\n"


def parsed(line: bytes) -> Entry:
    """The entry on a line, without its end; Unreadable in one sentence if it is none."""
    found = parse_object(line, "the entry", LONGEST)
    n, run, task = found.get("n"), found.get("run", ""), found.get("task", "")
    facts, code, person = found.get("facts", {}), found.get("code", {}), found.get("person", {})
    texts = [found.get(name) for name in TEXTS] + [run, task]
    if not isinstance(n, int) or isinstance(n, bool) or n < 1 or not all(isinstance(each, str) for each in texts):
        raise Unreadable("the entry lacks a number or a text that every entry has")
    if not all(isinstance(each, dict) for each in (facts, code, person)):
        raise Unreadable("the entry has facts that are no object")
    content = {name: value for name, value in found.items() if name != "hash"}
    intact = hashlib.sha256(canonical(content).encode()).hexdigest() == found["hash"]
    intact = intact and canonical(found).encode() == line
    named = {name: found[name] for name in TEXTS}
    return Entry(n=n, run=run, task=task, facts=facts, code=code, intact=intact, person=person, **named)
