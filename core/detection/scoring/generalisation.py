"""What a detector finds of attacks and strengths that it has not learned from."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch

from core.base import cancellation
from core.base.cancellation import Progress
from core.contracts.classifier import Classifier
from core.contracts.detector import Detector
from core.detection.names import detector_names
from core.detection.scoring.roc import REPEATS, auc
from core.detection.scoring.study_evidence import StudyEvidence, ways_to_learn
from core.detection.scoring.thresholds import alarms, as_entry, balanced_accuracy
from core.detection.scoring.trained_detectors import Scored, Trained, scores, train


@dataclass(frozen=True, eq=False)
class Generalisation:
    """`rows`: one for each detector, way of learning, attack and strength, in JSON; `scored`: what they come from."""

    rows: list[dict[str, Any]]
    scored: list[Scored]
    trained: list[Trained]


def generalisation(
    classifier: Classifier, detectors: Sequence[Detector], evidence: StudyEvidence, *, false_alarm: float,
    seed: int = 0, repeats: int = REPEATS, progress: Progress | None = None,
) -> Generalisation:  # fmt: skip
    """Each detector learns from all attacks, each alone, and all but one; each is tested on every attack and strength.

    One that learns nothing is scored once. What was attacked counts as attacked, whether or not it fooled. A row:
    - "detector", "learnt_from" (a list of attacks), "attack", "strength", "count", "fooled", "threshold";
    - "auc" with "low" and "high" (95 %, `repeats` draws of source images), and "auc_fooled", "low_fooled" and
      "high_fooled", of the images alone that fooled the classifier, None where none did;
    - "detected", "detected_fooled" (None where none did) and "false_alarms" (of testing originals), each {"share",
      "hits", "count", "interval_95"}, at the threshold for the rate `false_alarm` on calibration originals;
    - "balanced_accuracy" at the threshold that is best for calibration images of the attacks it knows, None without;
    - "seen_attack", "seen_strength": whether it has learned from them.
    """
    plans = [
        (name, detector, way) for name, detector in zip(detector_names(detectors), detectors, strict=True)
        for way in (ways_to_learn(evidence.attacks) if detector.learns else [()])
    ]  # fmt: skip
    found = Generalisation([], [], [])
    for done, (name, detector, way) in enumerate(plans):
        cancellation.check()
        if progress is not None:
            progress(done / len(plans), f"{detector.named}: {', '.join(way) or 'learns nothing'}")
        trained, calibrated = train(classifier, name, detector, way, evidence, false_alarm=false_alarm, seed=seed)
        originals, *attacked = scores(classifier, trained, evidence)
        found.trained.append(trained)
        found.scored.extend([calibrated, originals, *attacked])
        for each in attacked:
            cancellation.check()
            found.rows.append(_row(trained, originals, each, evidence.strength, seed, repeats))
    if progress is not None:
        progress(1.0, "")
    return found


def _row(
    trained: Trained, originals: Scored, attacked: Scored, learnt: float, seed: int, repeats: int
) -> dict[str, Any]:
    places = torch.arange(len(originals.scores))
    whole = auc(originals.scores, attacked.scores, (places, places), seed=seed, repeats=repeats)
    threshold, which = trained.threshold.value, attacked.fooled
    row: dict[str, Any] = {
        "detector": trained.name, "learnt_from": list(trained.way), "attack": attacked.attack,
        "strength": attacked.strength, "count": len(places), "fooled": int(which.sum()), "threshold": threshold,
        "auc": whole.value, "low": whole.low, "high": whole.high,
        "auc_fooled": None, "low_fooled": None, "high_fooled": None, "detected_fooled": None,
        "detected": as_entry(alarms(attacked.scores, threshold)),
        "false_alarms": as_entry(alarms(originals.scores, threshold)), "balanced_accuracy": None,
        "seen_attack": attacked.attack in trained.way,
        "seen_strength": bool(trained.way) and attacked.strength == learnt,
    }  # fmt: skip
    if which.any():
        part = auc(originals.scores, attacked.scores[which], (places, places[which]), seed=seed, repeats=repeats)
        row |= {"auc_fooled": part.value, "low_fooled": part.low, "high_fooled": part.high}
        row["detected_fooled"] = as_entry(alarms(attacked.scores[which], threshold))
    if trained.balanced is not None:
        row["balanced_accuracy"] = balanced_accuracy(originals.scores, attacked.scores, trained.balanced)
    return row
