"""How far experts agree: the last verdict of each, Cohen for two, Fleiss for more, and what cannot be told."""

from app.cases.agreement import agreement_words, last_verdicts
from core.casebook.agreement import cohen_kappa, fleiss_kappa
from core.casebook.answers import ExpertAnswer, Verdict


def said(case: str, expert: str, verdict: Verdict | None) -> ExpertAnswer:
    return ExpertAnswer(case, expert, "open", 8, 8, verdict)


def of_two(pairs: list[tuple[Verdict, Verdict]]) -> list[ExpertAnswer]:
    return [each for place, (a, b) in enumerate(pairs) for each in (said(str(place), "A", a), said(str(place), "B", b))]


def test_the_last_verdict_of_each_expert_counts_and_a_case_needs_two() -> None:
    answers = [said("1", "Ada", "agree"), said("1", "ada", "disagree"), said("1", "Bob", None)]
    answers += [said("2", "Ada", "agree"), said("2", "Bob", "unsure"), said("2", "Bob", "agree")]
    assert last_verdicts(answers) == {"2": {"ada": "agree", "bob": "agree"}}


def test_two_experts_by_cohens_kappa_with_count_and_interval() -> None:
    pairs: list[tuple[Verdict, Verdict]] = [("agree", "agree"), ("agree", "disagree"), ("disagree", "disagree")]
    pairs += [("agree", "agree"), ("unsure", "agree"), ("disagree", "disagree")]
    kappa = cohen_kappa(*(list(each) for each in zip(*pairs, strict=True)))
    words = agreement_words(of_two(pairs))
    assert "6 cases were answered by at least two of 2 experts; on 4 of 6 all who answered said the same." in words
    assert f"Cohen's kappa is {kappa.value:.2f} (95 % interval " in words
    assert "6 cases)." in words


def test_more_experts_by_fleiss_kappa() -> None:
    answers = [*of_two([("agree", "disagree"), ("agree", "agree")]), said("0", "C", "agree"), said("1", "C", "agree")]
    kappa = fleiss_kappa([[2, 1, 0], [3, 0, 0]])
    assert f"Fleiss's kappa is {kappa.value:.2f}".replace("-", "−") in agreement_words(answers)


def test_what_cannot_be_told_is_said() -> None:
    assert agreement_words([said("1", "A", "agree")]) == "This cannot be told yet: no case was answered by two experts."
    assert "all verdicts are one and the same" in agreement_words(of_two([("agree", "agree")] * 3))
    assert "cannot be told from 2 cases" in agreement_words(of_two([("agree", "agree"), ("unsure", "disagree")]))
