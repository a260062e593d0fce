"""What the attacks and the detectors of a study are called, each otherwise: on the screen, and in files."""

from collections.abc import Sequence
from dataclasses import fields
from itertools import count

from core.contracts.detector import Detector


def numbered(words: Sequence[str]) -> list[str]:
    """The words, numbered from the second of the same on; a number that makes another of the words is passed over.

    >>> numbered(["PGD", "FGSM", "PGD"]), numbered(["crane", "crane", "crane 2"])
    (['PGD', 'FGSM', 'PGD 2'], ['crane', 'crane 3', 'crane 2'])
    """
    taken, made = set(words), list[str]()
    for place, word in enumerate(words):
        name = word
        if word in words[:place]:
            name = next(each for number in count(2) if (each := f"{word} {number}") not in taken)
            taken.add(name)
        made.append(name)
    return made


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
