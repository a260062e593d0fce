"""Timing two things in turns, and the row of the table that comes of it."""

import contextlib
import os
import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

Work = Callable[[int], object]  # is told which repeat it is
AIMS = {"at least": lambda figure, aim: figure >= aim, "at most": lambda figure, aim: figure <= aim}


@dataclass(frozen=True)
class Settings:
    """How much to do: `quick` rehearses with few repeats and samples, and its figures mean nothing."""

    quick: bool = False

    def pick(self, full: int, quick: int) -> int:
        return quick if self.quick else full


@dataclass(frozen=True)
class Row:
    """One line of the table: `figure` is to be `sense` `aim`. Times in seconds, one a repeat; medians are compared."""

    name: str
    other: str  # what it is compared with
    figure: float
    aim: float
    sense: Literal["at least", "at most"]
    unit: str
    ours: list[float]
    theirs: list[float]
    note: str
    facts: dict[str, Any] = field(default_factory=dict)

    @property
    def met(self) -> bool:
        return AIMS[self.sense](round(self.figure, 2), self.aim)

    def to_json(self) -> dict[str, Any]:
        medians = {"ours_median": median(self.ours), "theirs_median": median(self.theirs), "repeats": len(self.ours)}
        return asdict(self) | {"met": self.met} | medians


def median(times: list[float]) -> float | None:
    return statistics.median(times) if times else None


def clock(work: Work, repeat: int, loops: int = 1) -> float:
    """Seconds of one call of `work`, the mean over `loops` calls."""
    begun = time.perf_counter()
    for _ in range(loops):
        work(repeat)
    return (time.perf_counter() - begun) / loops


def race(works: Mapping[str, Work], repeats: int, *, warm: bool = True) -> dict[str, list[float]]:
    """Seconds of each, `repeats` times in turns (who begins rotates), so that drift of the machine hits all alike.

    Calls shorter than 0.1 s are made several times over. What the libraries write to the screen is thrown away.
    """
    loops = dict.fromkeys(works, 1)
    times: dict[str, list[float]] = {name: [] for name in works}
    with open(os.devnull, "w") as nowhere, contextlib.redirect_stderr(nowhere):  # noqa: PTH123
        if warm:
            spent = {name: clock(work, 0) for name, work in works.items()}
            if max(spent.values()) < 1:  # the first call may have been a slow one
                spent = {name: clock(work, 0) for name, work in works.items()}
            loops = {name: max(1, round(0.1 / each)) for name, each in spent.items()}
        names = list(works)
        for repeat in range(repeats):
            start = repeat % len(names)
            for name in names[start:] + names[:start]:
                times[name].append(clock(works[name], repeat, loops[name]))
    return times


def faster(name: str, other: str, aim: float, ours: list[float], theirs: list[float], note: str, **facts: Any) -> Row:
    """The row "how many times as fast as `other`"."""
    ratio = statistics.median(theirs) / statistics.median(ours)
    return Row(name, other, ratio, aim, "at least", "times as fast", ours, theirs, note, facts)
