"""Whether the loss was still rising when the attack ended without success."""

from typing import Any

from torch import Tensor

from core.base.proportion import Proportion
from core.gradient_masking.finding import Check, Measured, Verdict, judged, share, worst
from core.gradient_masking.subject import Subject
from core.gradient_masking.thresholds import ATTACKS_DIFFER, PROGRESS
from core.gradient_masking.walk import VIEWS

LAST = 10
MEANING = {
    "pass": "the attack had come as far as it comes",
    "fail": "the attack was stopped too early, and its number flatters the model",
    "unknown": "too few images tell whether the attack was stopped too early",
}


def still_rising(loss: Tensor) -> Tensor:
    """(steps, N) -> (N,) bool: whether the best loss met gained more than PROGRESS of all it gained in the last steps.

    Of a gain of 10, the last ten points gain 1, then 0.4:

    >>> import torch
    >>> loss = torch.tensor([[0.0, 0.0]] + [[9.0, 9.6]] + [[9.0, 9.0]] * 8 + [[10.0, 10.0]])
    >>> still_rising(loss).tolist()
    [True, False]
    """
    best = loss.cummax(dim=0).values
    whole = best[-1] - best[0]
    late = best[-1] - best[-min(LAST, len(best))]
    return late > PROGRESS * whole


def measure(subject: Subject) -> Measured:
    """Of the longer walk, counted on the images that withstood it: after success, the loss may rise as it likes."""
    values: dict[str, Any] = {}
    verdicts: list[Verdict] = []
    for view in VIEWS:
        walk = subject.walk(view)
        rising = Proportion(int((walk.held_later & still_rising(walk.loss)).sum()), subject.count)
        verdicts.append(judged(*rising.interval, ATTACKS_DIFFER))
        values[view] = share(rising)
    verdict = worst(verdicts)
    told = max(each["hits"] for each in values.values())
    said = (
        f"On {told} of {subject.count} images the attack ended without success while the loss was still rising: "
        f"{MEANING[verdict]}."
    )
    return Measured(verdict, said, values)


CHECK = Check(
    "unfinished", "The attack does not end while the loss still rises", "Pintor et al. 2021, arXiv 2106.09947", measure,
    "I4",
)  # fmt: skip
