"""A trail with a few entries, and hands that tamper with it."""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from core.audit.entry import canonical
from core.audit.record import record

RUN = "20261129-120000-0123abcd"
Lines = list[str]


def lines(home: Path) -> Lines:
    return (home / "audit" / "trail.jsonl").read_text().splitlines()


def write(home: Path, changed: Lines) -> None:
    (home / "audit" / "trail.jsonl").write_text("".join(f"{line}\n" for line in changed))


def tamper(home: Path, act: Callable[[Lines], Any]) -> None:
    changed = lines(home)
    act(changed)
    write(home, changed)


def filled(home: Path, count: int = 7) -> Path:
    """A trail of 1 + `count` entries about one run, whose folder has their receipts; the run's folder."""
    folder = home / "runs" / RUN
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(count):
        assert record(f"event {number}", {"number": number}, run=folder) == ""
    return folder


def resealed(line: str, **changes: Any) -> str:
    """A line that was changed by somebody who knows how to seal it."""
    content = json.loads(line) | changes
    content.pop("hash")
    return canonical(content | {"hash": hashlib.sha256(canonical(content).encode()).hexdigest()})
