"""How far experts agree in their verdicts, over all cases that at least two of them have answered."""

from collections.abc import Iterable
from typing import get_args

import streamlit as st

from core.casebook.agreement import Kappa, cohen_kappa, fleiss_kappa
from core.casebook.answers import ExpertAnswer, Verdict, all_answers
from core.casebook.casebook import Casebook

VERDICTS: tuple[Verdict, ...] = get_args(Verdict)
WHAT = ("Whether they agree with the model's answer, disagree or are unsure. Kappa is 1 where experts always say the "
        "same, 0 where they do so as often as chance would have it, and below 0 where less often.")  # fmt: skip


def show_agreement(book: Casebook) -> None:
    """The section, once anybody has answered."""
    if answers := all_answers(book):
        st.subheader("How far the experts agree", help=WHAT)
        st.markdown(agreement_words(answers))


def last_verdicts(answers: Iterable[ExpertAnswer]) -> dict[str, dict[str, Verdict]]:
    """Case -> expert -> the last verdict, of the cases that at least two experts gave one on."""
    found: dict[str, dict[str, Verdict]] = {}
    for each in answers:
        if each.verdict is not None:
            found.setdefault(each.case_uid, {})[each.person or each.expert.casefold()] = each.verdict
    return {uid: said for uid, said in found.items() if len(said) >= 2}


def agreement_words(answers: Iterable[ExpertAnswer]) -> str:
    """How far they agree, in sentences.

    >>> agreement_words([])
    'This cannot be told yet: no case was answered by two experts.'
    """
    cases = last_verdicts(answers)
    if not cases:
        return "This cannot be told yet: no case was answered by two experts."
    experts = sorted({name for said in cases.values() for name in said})
    alike = sum(len(set(said.values())) == 1 for said in cases.values())
    total = len(cases)
    begun = (f"{total} case{' was' if total == 1 else 's were'} answered by at least two of {len(experts)} experts; on "
             f"{alike} of {total} all who answered said the same.")  # fmt: skip
    if len(experts) == 2:
        first, second = experts
        kappa = cohen_kappa([said[first] for said in cases.values()], [said[second] for said in cases.values()])
        return f"{begun} {_kappa('Cohen', kappa)}"
    rows = [[list(said.values()).count(each) for each in VERDICTS] for said in cases.values()]
    return f"{begun} {_kappa('Fleiss', fleiss_kappa(rows))}"


def _kappa(name: str, found: Kappa) -> str:
    if found.value is None:
        return "Whether that is more than chance cannot be told: all verdicts are one and the same."
    value = f"Beyond chance, {name}'s kappa is {_number(found.value)}"
    if found.low is None or found.high is None:
        return f"{value}; how sure that is cannot be told from {found.count} case{'' if found.count == 1 else 's'}."
    return f"{value} (95 % interval {_number(found.low)} to {_number(found.high)}, {found.count} cases)."


def _number(value: float) -> str:
    return f"{value + 0.0:.2f}".replace("-", "−")
