"""When a rough loss surface is suspicious: where gradient attacks leave much right, which the roughness may explain."""

from collections.abc import Mapping

from core.base.proportion import Proportion
from core.gradient_masking.finding import Verdict
from core.gradient_masking.subject import Subject
from core.gradient_masking.thresholds import HIGH
from core.gradient_masking.walk import VIEWS

SURE: Mapping[bool, str] = {
    True: "and gradient attacks leave much right, which may be due to that roughness",
    False: "but gradient attacks succeed anyway, so nothing is masked by it",
}


def withstands(subject: Subject) -> Proportion:
    """The share that the less successful of the two views of PGD leaves right."""
    return Proportion(max(int(subject.walk(view).held.sum()) for view in VIEWS), subject.count)


def suspicious(rough: Verdict, held: Proportion) -> tuple[Verdict, str]:
    """The verdict on a surface that is rough ("fail") or smooth ("pass"), and what it means beside the share held."""
    low, high = held.interval
    if rough == "pass":
        return "pass", "gradients tell where the loss rises"
    if high <= HIGH:
        return "pass", SURE[False]
    if rough == "fail" and low > HIGH:
        return "fail", SURE[True]
    return "unknown", "too few images tell whether that matters"
