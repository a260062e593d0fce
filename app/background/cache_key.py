"""What a study is cached under: everything that its numbers depend on."""

from core.contracts.classifier import Classifier
from core.study.case import Case


def study_key(case: Case, classifier: Classifier) -> str:
    """The case's id (a hash of its JSON form), the hash of the weights, and the device."""
    return f"{case.id} {classifier.fingerprint} {classifier.device}"
