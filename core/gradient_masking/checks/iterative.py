"""Many small steps must find at least as much as a single large one."""

from typing import Any

from core.base.proportion import Proportion
from core.evaluation.paired import newcombe_difference
from core.gradient_masking.finding import Check, Measured, Verdict, difference, judged, share, worst
from core.gradient_masking.subject import Subject
from core.gradient_masking.thresholds import ATTACKS_DIFFER
from core.gradient_masking.walk import STEPS, VIEWS

MEANING = {
    "pass": "as it should be, going on does not make the attack weaker",
    "fail": "an attack that goes on should never do worse, so its gradients lead it astray",
    "unknown": "too few images tell whether going on makes the attack weaker",
}


def measure(subject: Subject) -> Measured:
    values: dict[str, Any] = {}
    verdicts: list[Verdict] = []
    for view in VIEWS:
        once, often = subject.held(subject.eps, view, 1), subject.walk(view).held
        weaker = newcombe_difference(often.tolist(), once.tolist())
        verdicts.append(judged(weaker.low, weaker.high, ATTACKS_DIFFER))
        shares = {name: share(Proportion(int(kept.sum()), subject.count)) for name, kept in
                  (("right_after_one_step", once), ("right_after_many", often))}  # fmt: skip
        values[view] = {**shares, "weaker_by": difference(weaker)}
    first, many = (values["textbook"][name]["hits"] for name in ("right_after_one_step", "right_after_many"))
    verdict = worst(verdicts)
    said = (
        f"Of {subject.count} images answered right, {first} stay right after one large step along the gradient and "
        f"{many} after {STEPS} small ones: {MEANING[verdict]}."
    )
    return Measured(verdict, said, values)


CHECK = Check(
    "iterative", "Many small steps find at least what one large step finds", "Athalye et al. 2018, arXiv 1802.00420",
    measure,
)  # fmt: skip
