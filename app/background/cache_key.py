"""What a study is cached under: everything that its numbers depend on."""

from core.compare.comparison import SIDES, Pair, Side
from core.contracts.classifier import Classifier
from core.study.case import Case
from core.study.study import Study


def study_key(case: Case, classifier: Classifier) -> str:
    """The case's id (a hash of its JSON form), the hash of the weights, and the device."""
    return f"{case.id} {classifier.fingerprint} {classifier.device}"


def key_of_study(study: Study) -> str:
    """The same, by what a study says that it was computed with."""
    return f"{study.case.id} {study.fingerprint} {study.device}"


def pair_key(pair: Pair, models: dict[Side, Classifier], label: int | None, opener: str | None) -> str:
    """What a comparison is kept under; opener: who alone is shown it, None for all."""
    parts = [study_key(pair.case(side), models[side]) for side in SIDES]
    return " ".join([*parts, str(label), *([] if opener is None else [opened_by(opener)])])


def opened_by(opener: str) -> str:
    """The end of the key of what is shown to one person alone."""
    return f"opened by {opener}!"
