"""The larger the strength, the fewer images withstand it, and a large one must take some."""

from typing import Any

from core.base.proportion import Proportion
from core.base.units import in_255ths
from core.evaluation.paired import newcombe_difference
from core.gradient_masking.finding import Check, Measured, Verdict, difference, judged, share, worst
from core.gradient_masking.subject import Subject
from core.gradient_masking.thresholds import ATTACKS_DIFFER
from core.gradient_masking.walk import VIEWS

TIMES = (0.25, 0.5, 1.0, 2.0, 4.0)  # of the strength
STEPS = 20
MEANING = {
    "pass": "as it should be, more strength does more harm",
    "fail": "more strength should do more harm and does not, so the gradients do not lead where harm is done",
    "unknown": "too few images tell whether more strength does more harm",
}


def measure(subject: Subject) -> Measured:
    """Fails where a larger strength leaves more right, or where the largest takes next to nothing."""
    strengths = [min(times * subject.eps, 1.0) for times in TIMES]
    values: dict[str, Any] = {}
    verdicts: list[Verdict] = []
    for view in VIEWS:
        held = [subject.held(eps, view, STEPS) for eps in strengths]
        rises = [newcombe_difference(b.tolist(), a.tolist()) for a, b in zip(held, held[1:], strict=False)]
        worse = max(rises, key=lambda rise: rise.low)
        taken = Proportion(int((~held[-1]).sum()), subject.count)
        flat = judged(-taken.interval[1], -taken.interval[0], -ATTACKS_DIFFER)
        verdicts += [*(judged(rise.low, rise.high, ATTACKS_DIFFER) for rise in rises), flat]
        values[view] = {
            "right": [share(Proportion(int(kept.sum()), subject.count)) for kept in held],
            "largest_rise": difference(worse), "largest_strength_takes": share(taken),
        }  # fmt: skip
    verdict = worst(verdicts)
    counts = ", ".join(
        f"{each['hits']} at {in_255ths(eps)}" for each, eps in zip(values["textbook"]["right"], strengths, strict=True)
    )
    said = (
        f"Of {subject.count} images answered right, so many withstand rising strengths: {counts}; {MEANING[verdict]}."
    )
    return Measured(verdict, said, {**values, "strengths": strengths})


CHECK = Check(
    "monotone", "More strength does more harm",
    "Athalye et al. 2018, arXiv 1802.00420; Carlini et al. 2019, arXiv 1902.06705", measure,
)  # fmt: skip
