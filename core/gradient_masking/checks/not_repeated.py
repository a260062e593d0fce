"""Whether a wrong answer that the attack saw is there when the model is asked again."""

from typing import Any

from core.base.proportion import Proportion
from core.gradient_masking.finding import Check, Measured, Verdict, judged, share, worst
from core.gradient_masking.subject import Subject
from core.gradient_masking.thresholds import ATTACKS_DIFFER
from core.gradient_masking.walk import STEPS, VIEWS

MEANING = {
    "pass": "the attack works on the model that is judged",
    "fail": "the attack works on something else than what is judged, so its number says little",
    "unknown": "too few images tell whether the attack works on the model that is judged",
}


def measure(subject: Subject) -> Measured:
    """The same picture, asked by the attack and again: the authors' transfer from the model attacked to that judged."""
    values: dict[str, Any] = {}
    verdicts: list[Verdict] = []
    for view in VIEWS:
        walk = subject.walk(view)
        gone = Proportion(int((walk.held & walk.wrong[STEPS]).sum()), subject.count)
        verdicts.append(judged(*gone.interval, ATTACKS_DIFFER))
        values[view] = share(gone)
    verdict = worst(verdicts)
    told = max(each["hits"] for each in values.values())
    said = (
        f"On {told} of {subject.count} images the attack saw a wrong answer to its picture that was right when asked "
        f"again: {MEANING[verdict]}."
    )
    return Measured(verdict, said, values)


CHECK = Check(
    "not_repeated", "What fools the model once fools it again", "Pintor et al. 2021, arXiv 2106.09947", measure, "I5"
)
