"""Parts that have completed: whether each is whole, whether they belong together, and their rows in one order."""

from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from core.base import run_folder
from core.base.atomic_files import whole
from core.base.errors import Unreadable
from core.runs.files import read_part
from core.runs.parts.folders import CALLED
from core.runs.rows import kept_lines, parse_row
from core.runs.spec import read_spec
from core.untrusted.regular_files import open_regular

ALIKE = {  # what they had better share, as the last digits of a sum may depend on it -> its name
    "threads": "numbers of threads", "versions": "versions", "processor": "processors",
}  # fmt: skip


def damage(folder: Path, number: int, of: int, spec: Mapping[str, Any]) -> str:
    """What is wrong with a part that has completed, as a clause; "" where its rows are whole and what was asked for.

    spec: of the run that it is part of.
    """
    try:
        told, mine = read_part(folder / run_folder.RESULT, CALLED), read_spec(folder)
        steps = steps_of(told)
    except (Unreadable, KeyError, TypeError, ValueError):
        return "its result or its settings cannot be read"
    if told.get("part") != [number, of] or mine.get("part") != [number, of]:
        return "it is another part"
    if any(mine.get(name) != spec.get(name) for name in ("task", "arguments")):
        return "it was made with other arguments"
    found = 0
    try:
        with open_regular(folder / run_folder.METRICS) as file:
            for line in kept_lines(file, steps.stop - 1):
                step = parse_row(line)["step"]
                if step not in (steps.start + max(found - 1, 0), steps.start + found):
                    return "its rows are not in order"
                found = step - steps.start + 1
    except FileNotFoundError:
        pass
    except OSError as error:
        return f"its rows cannot be read: {error.strerror or error}"
    return "" if found == len(steps) else f"of its {len(steps):,} steps {found:,} are there"


def steps_of(told: Mapping[str, Any]) -> range:
    """The steps that a part says it has made; of one whose rows are its own, its units."""
    (begin, end), each = told["units"], told["each"] or 1
    return range(begin * each, end * each)


def check(results: Mapping[int, Mapping[str, Any]]) -> list[str]:
    """Notes on parts, by number, that may differ in last digits; ValueError in one sentence if they do not fit."""
    first, of = results[0], len(results)
    after = 0
    for number, told in sorted(results.items()):
        for name in ("weights", "data", "total", "each"):
            if told.get(name) != first.get(name):
                called = {"weights": "weights", "data": "data"}.get(name, "units")
                raise ValueError(f"part {number + 1} of {of} was made with other {called} than part 1")
        if told["units"][0] != after:
            raise ValueError(f"part {number + 1} of {of} does not begin where the one before it ends")
        after = told["units"][1]
    if after != first["total"]:
        raise ValueError(f"the {of} parts make {after:,} of {first['total']:,} units")
    notes = []
    for name, called in ALIKE.items():
        kinds = sorted({_words(told.get(name)) for told in results.values()})
        if len(kinds) > 1:
            notes.append(f"Parts were made with different {called} ({', '.join(kinds)[:300]}): the last digits of what "
                         "they found may differ from those of a run on one machine.")  # fmt: skip
    return notes


def merge(folder: Path, parts: Mapping[int, Path], last: int) -> None:
    """Write the rows of `parts`, by number, as those of the run in `folder`, up to the step `last`; OSError."""
    with whole(folder / run_folder.METRICS) as into:
        for _, part in sorted(parts.items()):
            with suppress(FileNotFoundError), open_regular(part / run_folder.METRICS) as file:
                into.writelines(kept_lines(file, last))


def _words(value: Any) -> str:
    return ", ".join(f"{name} {each}" for name, each in value.items()) if isinstance(value, dict) else str(value)
