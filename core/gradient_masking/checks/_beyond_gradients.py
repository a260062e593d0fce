"""What another attack finds on images on which those that follow gradients find nothing: shared by three checks."""

from collections.abc import Mapping
from typing import Any

from torch import Tensor

from core.base.proportion import Proportion
from core.gradient_masking.finding import Measured, Verdict, judged, share, worst
from core.gradient_masking.subject import Subject
from core.gradient_masking.thresholds import ATTACKS_DIFFER
from core.gradient_masking.walk import VIEWS, View

MEANING: Mapping[Verdict, str] = {
    "pass": "so the gradients did not hide a way that is there",
    "fail": "wrong answers were there and the gradients did not show the way, so what a gradient attack leaves right "
    "says little",
    "unknown": "too few images tell whether the gradients hide a way that is there",
}


def beyond(subject: Subject, left: Tensor, attack: str) -> Measured:
    """left (N,) bool: what the other attack, in words, leaves right. Judged by both views, told by the graver one."""
    values: dict[str, Any] = {}
    verdicts: dict[View, Verdict] = {}
    for view in VIEWS:
        held = subject.walk(view).held
        only = Proportion(int((held & ~left).sum()), subject.count)
        verdicts[view] = judged(*only.interval, ATTACKS_DIFFER)
        values[view] = {"gradients_left_right": share(Proportion(int(held.sum()), subject.count)),
                        "found_beyond": share(only)}  # fmt: skip
    verdict = worst(verdicts.values())
    told = values[next(view for view in VIEWS if verdicts[view] == verdict)]
    said = (
        f"Of {subject.count} images answered right, {told['gradients_left_right']['hits']} withstand an attack that "
        f"follows gradients, and {told['found_beyond']['hits']} of those fall to {attack}: {MEANING[verdict]}."
    )
    return Measured(verdict, said, values)
