"""What the attacks and the detectors of a study are called, each otherwise: on the screen, and in files."""

from collections.abc import Sequence
from dataclasses import fields

from core.contracts.detector import Detector


def numbered(words: Sequence[str]) -> list[str]:
    """The words, numbered from the second of the same on.

    >>> numbered(["PGD", "FGSM", "PGD"])
    ['PGD', 'FGSM', 'PGD 2']
    """
    count = [words[:place].count(word) for place, word in enumerate(words)]
    return [word if not before else f"{word} {before + 1}" for word, before in zip(words, count, strict=True)]


def detector_names(detectors: Sequence[Detector]) -> list[str]:
    """For files: the key of each, with those of its choices that are not the usual ones.

    >>> from core.detectors.signature_cnn import SignatureCnn
    >>> detector_names([SignatureCnn(), SignatureCnn(magnitudes="linear"), SignatureCnn(epochs=2)])
    ['signature_cnn', 'signature_cnn linear', 'signature_cnn 2']
    """
    return numbered([" ".join([each.key, *_unusual_choices(each)]) for each in detectors])


def detector_titles(detectors: Sequence[Detector]) -> list[str]:
    """For people: what each is called with its parameters.

    >>> from core.detectors.signature_cnn import SignatureCnn
    >>> detector_titles([SignatureCnn(), SignatureCnn(magnitudes="linear")])
    ['Network on explanations', 'Network on explanations (linear values)']
    """
    return numbered([each.named for each in detectors])


def _unusual_choices(detector: Detector) -> list[str]:
    values = [(getattr(detector, entry.name), entry.default) for entry in fields(detector)]
    return [value for value, usual in values if isinstance(value, str) and value != usual]
