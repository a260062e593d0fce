"""Whether an attack passes a wrong answer on its way and then hands back a picture that is answered right."""

from typing import Any

from core.base.proportion import Proportion
from core.gradient_masking.finding import Check, Measured, Verdict, judged, share, worst
from core.gradient_masking.subject import Subject
from core.gradient_masking.thresholds import ATTACKS_DIFFER
from core.gradient_masking.walk import STEPS, VIEWS

MEANING = {
    "pass": "what the attack hands back is what it found",
    "fail": "the attack finds more than it hands back, so its number flatters the model",
    "unknown": "too few images tell whether the attack loses what it finds",
}


def measure(subject: Subject) -> Measured:
    values: dict[str, Any] = {}
    verdicts: list[Verdict] = []
    for view in VIEWS:
        walk = subject.walk(view)
        lost = Proportion(int((walk.held & walk.wrong[:STEPS].any(dim=0)).sum()), subject.count)
        verdicts.append(judged(*lost.interval, ATTACKS_DIFFER))
        values[view] = share(lost)
    verdict = worst(verdicts)
    told = max(each["hits"] for each in values.values())
    said = (
        f"On {told} of {subject.count} images the attack met a wrong answer on its way and ended with a right one: "
        f"{MEANING[verdict]}."
    )
    return Measured(verdict, said, values)


CHECK = Check(
    "silent_success", "The attack hands back the wrong answers that it meets", "Pintor et al. 2021, arXiv 2106.09947",
    measure, "I3",
)  # fmt: skip
