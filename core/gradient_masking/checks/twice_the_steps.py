"""Twice the steps must change nothing: else the attack was stopped too early, and its number flatters."""

from typing import Any

from core.base.proportion import Proportion
from core.evaluation.paired import newcombe_difference
from core.gradient_masking.finding import Check, Measured, Verdict, difference, share, worst
from core.gradient_masking.subject import Subject
from core.gradient_masking.thresholds import STEPS_DIFFER
from core.gradient_masking.walk import STEPS, VIEWS

MEANING = {
    "pass": "the attack had come as far as it comes",
    "fail": "the attack is stopped too early, and its number flatters the model",
    "unknown": "too few images tell whether the attack was stopped too early",
}


def measure(subject: Subject) -> Measured:
    values: dict[str, Any] = {}
    verdicts: list[Verdict] = []
    for view in VIEWS:
        walk = subject.walk(view)
        more = newcombe_difference(walk.held.tolist(), walk.held_later.tolist())
        verdicts.append("pass" if more.value < STEPS_DIFFER else "fail" if more.low > STEPS_DIFFER else "unknown")
        values[view] = {
            "right": share(Proportion(int(walk.held.sum()), subject.count)),
            "right_after_twice": share(Proportion(int(walk.held_later.sum()), subject.count)),
            "took_more": difference(more),
        }
    verdict = worst(verdicts)
    told = values["textbook"] if verdicts[0] == verdict else values["careful"]
    said = (
        f"Of {subject.count} images answered right, {told['right']['hits']} withstand {STEPS} steps and "
        f"{told['right_after_twice']['hits']} withstand {2 * STEPS}: {MEANING[verdict]}."
    )
    return Measured(verdict, said, values)


CHECK = Check("twice_the_steps", "Twice the steps change nothing", "Carlini et al. 2019, arXiv 1902.06705", measure)
