"""Where the parts of a run lie, and which run is one: only the standard library is needed."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from core.base.run_folder import PARTS, is_name
from core.runs.spec import known_spec

CALLED = "the result of a part"


def parts_of(spec: Mapping[str, Any]) -> int:
    """Into how many parts a run with these settings is divided; 1 for one that makes all by itself."""
    return int(spec.get("parts") or 1)


def part_of(spec: Mapping[str, Any]) -> tuple[int, int] | None:
    """Which part a run with these settings is, from 0, and of how many; None if it is no part.

    >>> part_of({"part": [0, 3]}), part_of({})
    ((0, 3), None)
    """
    return (int(spec["part"][0]), int(spec["part"][1])) if spec.get("part") else None


def parts_folder(folder: Path) -> Path:
    """Where the parts of the run in `folder` lie, each the folder of a run."""
    return folder / PARTS


def part_folders(folder: Path) -> dict[int, Path]:
    """The parts of the run in `folder` that there are, by their number from 0; what cannot be read is none."""
    place, found = parts_folder(folder), {}
    for each in sorted(place.iterdir()) if place.is_dir() else ():
        known = part_of(known_spec(each)) if is_name(each.name) else None
        if known is not None:
            found[known[0]] = each
    return dict(sorted(found.items()))
