"""Detectors that have learned from some attacks, with the thresholds set for them, and the scores that they give."""

from dataclasses import dataclass

import torch
from torch import Tensor

from core.contracts.classifier import Classifier
from core.contracts.detector import Detector, Fitted
from core.detection.scoring.study_evidence import StudyEvidence, Way
from core.detection.scoring.thresholds import Threshold, at_false_alarm_rate, balanced_threshold


@dataclass(frozen=True, eq=False)
class Trained:
    """A detector, called `name`, that has learned from the attacks of `way`, with its thresholds from calibration.

    `way` is empty for one that learns nothing. `balanced`: the threshold that is best for the calibration images of
    the attacks it knows; None without these.
    """

    name: str
    detector: Detector
    way: Way
    fitted: Fitted
    threshold: Threshold
    balanced: float | None


@dataclass(frozen=True, eq=False)
class Scored:
    """Scores (N,) of the images of a set by one detector: originals, where `attack` is "", or under an attack.

    `part`: calibration or testing; `fooled` (N,): the answer is not that to the original.
    """

    name: str
    way: Way
    part: str
    attack: str
    strength: float
    scores: Tensor
    fooled: Tensor


def train(
    classifier: Classifier, name: str, detector: Detector, way: Way, evidence: StudyEvidence, *, false_alarm: float,
    seed: int = 0,
) -> tuple[Trained, Scored]:  # fmt: skip
    """A detector that has learned from the attacks of `way`, and its scores of the calibration originals.

    Its threshold is that of the rate `false_alarm` on these: no image that it has learned from has a say in it.
    """
    known = way or evidence.attacks
    fitted = detector.fit(classifier, *evidence.to_learn(known), seed=seed)
    originals = fitted.score(classifier, evidence.calibration)
    attacked = [evidence.calibration_attacked[each] for each in known if each in evidence.calibration_attacked]
    best = None
    if attacked:
        best = balanced_threshold(originals, torch.cat([fitted.score(classifier, each) for each in attacked]))
    trained = Trained(name, detector, way, fitted, at_false_alarm_rate(originals, false_alarm), best)
    return trained, _of_originals(trained, "calibration", originals)


def scores(classifier: Classifier, trained: Trained, evidence: StudyEvidence) -> list[Scored]:
    """Of the testing images: the originals first, then every attack at every strength."""
    found = [_of_originals(trained, "testing", trained.fitted.score(classifier, evidence.testing))]
    for (attack, strength), seen in evidence.testing_attacked.items():
        given = trained.fitted.score(classifier, seen)
        fooled = evidence.fooled(attack, strength)
        found.append(Scored(trained.name, trained.way, "testing", attack, strength, given, fooled))
    return found


def _of_originals(trained: Trained, part: str, given: Tensor) -> Scored:
    return Scored(trained.name, trained.way, part, "", 0.0, given, torch.zeros(len(given), dtype=torch.bool))
