"""What a run makes of its task's units: all of them, or, as a part of another run, a contiguous range.

A task that can be divided says, in this order: what it is made with, `made_with`; how many units there are, `steps`,
and makes the rows of these steps only; and where the run is a part it ends with `result` instead of its own.
"""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.base.run_folder import METRICS, RESULT
from core.runs.files import read_part, read_rows
from core.runs.parts.folders import CALLED, part_folders, part_of, parts_of

if TYPE_CHECKING:
    from core.contracts.interfaces import Images


@dataclass(frozen=True)
class Range:
    """The units `begin` to `end` of `total`, each so many steps of the undivided run; `rest` steps follow them all.

    each: 0 where the rows of a part are not rows of that run; a step is then a unit.
    """

    begin: int
    end: int
    total: int
    each: int = 1
    rest: int = 0

    @property
    def steps(self) -> range:
        each = self.each or 1
        return range(self.begin * each, self.end * each)


class Share:
    """The share of the run in `folder` in its task. number, of: which part it is (from 0), 0 of 1 where it is none.

    divided: into how many parts the run itself is; 1 for one that makes all by itself. kept: the folder for files that
    belong to the whole run, that of the parent.
    """

    def __init__(self, folder: Path, spec: Mapping[str, Any]) -> None:
        self.folder, self.divided = folder, parts_of(spec)
        self.number, self.of = part_of(spec) or (0, 1)
        self.is_part = part_of(spec) is not None
        self.kept = folder.parent.parent if self.is_part else folder
        self.range = Range(0, 0, 0)
        self.facts: dict[str, Any] = {}

    def steps(self, total: int, *, each: int = 1, rest: int = 0) -> range:
        """The steps that this run makes, if there are `total` units of `each` steps, and `rest` after them.

        A run that is no part gets the steps of all units, the rest being its own business.
        """
        self.range = Range(total * self.number // self.of, total * (self.number + 1) // self.of, total, each, rest)
        return self.range.steps

    def fraction(self, whole: float) -> float:
        """How far a part is, where its task says that so much of the undivided run is done."""
        steps = self.range.steps
        if not self.is_part or not self.range.each:
            return whole
        done = round(whole * (self.range.total * self.range.each + self.range.rest)) - steps.start
        return min(1.0, max(0.0, done / len(steps))) if len(steps) else 1.0

    def made_with(self, weights: Sequence[str], *data: "Images | str") -> None:
        """Say which weights and which images are used, by fingerprint; what is no tensor is its own fingerprint.

        ValueError if the parts of this run were made with others. A run without parts does nothing.
        """
        if not self.is_part and self.divided == 1:
            return
        import torch

        from core.base.cores import processor
        from core.data.content_digest import content_digest

        prints = [each if isinstance(each, str) else content_digest(each) for each in data]
        self.facts = {"weights": list(weights), "data": prints, "threads": torch.get_num_threads(),
                      "versions": {"python": sys.version.split()[0], "torch": torch.__version__},
                      "processor": processor()}  # fmt: skip
        for number, told in self.results().items():
            for name in ("weights", "data"):
                if told.get(name) != self.facts[name]:
                    named = f"part {number + 1} of {self.divided}"
                    raise ValueError(f"{named} was made with other {name} than are here now")

    def results(self) -> dict[int, dict[str, Any]]:
        """What each part of this run has returned, by its number; Unreadable in one sentence."""
        found = {}
        for number, folder in part_folders(self.folder).items() if self.divided > 1 else ():
            found[number] = read_part(folder / RESULT, CALLED)
        return found

    def rows(self) -> list[dict[str, Any]]:
        """The rows of all parts of this run in their order, for a task whose own rows are others."""
        if self.divided == 1:
            return []
        return [row for folder in part_folders(self.folder).values() for row in read_rows(folder / METRICS)]

    def result(self) -> dict[str, Any]:
        """What a part returns: its range, and what it was made with."""
        told = self.range
        return {"part": [self.number, self.of], "units": [told.begin, told.end], "total": told.total,
                "each": told.each, **self.facts}  # fmt: skip
