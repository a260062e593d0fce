"""Without a bound, every image must fall: the attacker may paint whatever picture it likes."""

from typing import Any

from core.base.proportion import Proportion
from core.gradient_masking.finding import Check, Measured, Verdict, judged, share, worst
from core.gradient_masking.subject import Subject
from core.gradient_masking.thresholds import CHANCE
from core.gradient_masking.walk import VIEWS

STEPS = 100
MEANING = {
    "pass": "as it should be, gradients lead to a wrong answer where nothing holds them back",
    "fail": "it may turn every pixel as it likes and still does not find the way, so the gradients hide it",
    "unknown": "too few images tell whether gradients lead to a wrong answer",
}


def measure(subject: Subject) -> Measured:
    allowed = max(CHANCE, 1 / len(subject.classifier.labels))
    values: dict[str, Any] = {}
    verdicts: list[Verdict] = []
    for view in VIEWS:
        held = subject.held(1.0, view, STEPS)
        found = Proportion(int(held.sum()), subject.count)
        verdicts.append(judged(*found.interval, allowed))
        values[view] = share(found)
    verdict = worst(verdicts)
    said = (
        f"Of {subject.count} images answered right, {values['textbook']['hits']} stay right when the attack may change "
        f"every pixel without limit: {MEANING[verdict]}."
    )
    return Measured(verdict, said, {**values, "allowed": allowed})


CHECK = Check(
    "unbounded", "An attack without limit fools the model on every image",
    "Athalye et al. 2018, arXiv 1802.00420; Pintor et al. 2021, arXiv 2106.09947", measure, "I6",
)  # fmt: skip
