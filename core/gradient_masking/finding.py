"""What a check says: pass, fail or cannot be told, its numbers, and a sentence; and what a check is."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from core.base.proportion import Proportion
from core.evaluation.paired import Difference

if TYPE_CHECKING:
    from core.gradient_masking.subject import Subject

Verdict = Literal["pass", "fail", "unknown"]
WORDS: Mapping[Verdict, str] = {"pass": "pass", "fail": "FAIL", "unknown": "cannot be told"}


@dataclass(frozen=True)
class Measured:
    """What a check found: `values` in JSON, `said` one sentence on what was measured and what it means."""

    verdict: Verdict
    said: str
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Check:
    """A check of the list. indicator: its number among those of Pintor et al., such as "I4"; "" if it is none."""

    key: str
    title: str
    cite: str
    measure: "Callable[[Subject], Measured]"
    indicator: str = ""


@dataclass(frozen=True)
class Finding:
    """A check with what it found."""

    key: str
    title: str
    indicator: str
    verdict: Verdict
    said: str
    values: Mapping[str, Any]

    def entry(self) -> dict[str, Any]:
        """In JSON."""
        return asdict(self)


def judged(low: float, high: float, tolerated: float) -> Verdict:
    """Whether what lies between `low` and `high` is at most what is tolerated.

    >>> [judged(*interval, 0.05) for interval in ((0.0, 0.04), (0.06, 0.2), (0.01, 0.1))]
    ['pass', 'fail', 'unknown']
    """
    return "pass" if high <= tolerated else "fail" if low > tolerated else "unknown"


def worst(verdicts: Iterable[Verdict]) -> Verdict:
    """The gravest of them.

    >>> worst(["pass", "unknown"]), worst(["fail", "unknown"]), worst(["pass"])
    ('unknown', 'fail', 'pass')
    """
    found = set(verdicts)
    return "fail" if "fail" in found else "unknown" if "unknown" in found else "pass"


def share(found: Proportion) -> dict[str, Any]:
    """A share of images in JSON.

    >>> share(Proportion(1, 4))
    {'value': 0.25, 'interval_95': [0.0456, 0.6994], 'hits': 1, 'count': 4}
    """
    low, high = found.interval
    return {"value": found.value, "interval_95": [round(low, 4), round(high, 4)], "hits": found.hits,
            "count": found.count}  # fmt: skip


def mean(found: tuple[float, float, float], count: int) -> dict[str, Any]:
    """A mean over images with its interval in JSON."""
    return {"value": found[0], "interval_95": [found[1], found[2]], "count": count}


def difference(found: Difference) -> dict[str, Any]:
    """A difference of shares on the same images in JSON."""
    return {"value": found.value, "interval_95": [round(found.low, 4), round(found.high, 4)], "count": found.count}
