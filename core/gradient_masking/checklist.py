"""The checklist: its checks in order, one carried out, and what all of them say together."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from core.gradient_masking.checks import (
    black_box,
    curvature,
    gradient_agreement,
    iterative,
    local_linearity,
    monotone,
    not_repeated,
    probabilities,
    random_noise,
    randomness,
    silent_success,
    transfer,
    twice_the_steps,
    unbounded,
    unfinished,
    unstable,
    zero_gradients,
)
from core.gradient_masking.finding import Check, Finding
from core.gradient_masking.subject import Subject

ORDER = (
    zero_gradients, randomness, probabilities, iterative, black_box, transfer, random_noise, unbounded, monotone,
    twice_the_steps, gradient_agreement, local_linearity, curvature, unstable, silent_success, unfinished, not_repeated,
)  # fmt: skip
CHECKS: Mapping[str, Check] = MappingProxyType({module.CHECK.key: module.CHECK for module in ORDER})


def carried_out(key: str, subject: Subject) -> Finding:
    """One check of the list; the same finding whatever was carried out before."""
    check = CHECKS[key]
    with subject.drawing(key):
        found = check.measure(subject)
    return Finding(check.key, check.title, check.indicator, found.verdict, found.said, found.values)


def examined(subject: Subject) -> list[Finding]:
    """The whole list."""
    return [carried_out(key, subject) for key in CHECKS]


def summary(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Findings in JSON, and how many there are of each verdict.

    >>> summary([{"key": "a", "verdict": "pass"}, {"key": "b", "verdict": "fail"}])["verdicts"]
    {'pass': 1, 'fail': 1, 'unknown': 0}
    """
    counts = {each: sum(row["verdict"] == each for row in rows) for each in ("pass", "fail", "unknown")}
    return {"verdicts": counts, "checks": [dict(row) for row in rows]}
