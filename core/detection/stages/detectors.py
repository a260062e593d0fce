"""Stage 6: detectors learn from some attacks and are tested on all; false alarms; each is kept in a file."""

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor

from core.base.params import to_spec
from core.base.paths import folder
from core.base.run_folder import SCORES
from core.contracts.detector import Evidence
from core.detection.names import detector_names, detector_titles
from core.detection.scoring import saved_detector
from core.detection.scoring.detector_card import card_of
from core.detection.scoring.false_alarms import false_alarms
from core.detection.scoring.generalisation import generalisation
from core.detection.scoring.ordinary_noise import noise_to_learn
from core.detection.scoring.roc import roc_points
from core.detection.scoring.score_file import write_scores
from core.detection.scoring.study_evidence import StudyEvidence
from core.detection.scoring.trained_detectors import Scored, Trained
from core.detection.subject import Subject
from core.images.picture import fit
from core.images.samples import gallery, stored_picture

OTHERS = {"cifar10": "small photographs", "mnist": "digits"}  # gallery -> what its pictures are
MOST = 500  # test images that false alarms are counted on
CURVE = 200  # points of a ROC curve


def stage(subject: Subject, before: Mapping[str, Any]) -> dict[str, Any]:
    """`rows`: see scoring/generalisation.py. Of the detectors that know all attacks `false_alarms` (rows of

    scoring/false_alarms.py), `curves` (ROC, under each attack at the strength learnt) and `kept`, the name of each
    one's file. Every score goes to a file of the run.
    """
    asked, evidence, chosen = subject.asked, gathered(subject), subject.asked.chosen_detectors()
    titles = dict(zip(detector_names(chosen), detector_titles(chosen), strict=True))
    found = generalisation(
        subject.classifier, chosen, evidence, false_alarm=asked.false_alarm, seed=asked.seed,
        progress=lambda part, said: subject.say(f"Detectors learn: {said}", 0.8 * part),
    )  # fmt: skip
    whole = [each for each in found.trained if each.way in ((), evidence.attacks)]
    alarms = false_alarms(
        subject.classifier, whole, subject.sources["testing"].images[:MOST],
        lambda images: subject.evidence_of(images, "harmless images", tell=False), strength=asked.strength,
        seed=asked.seed, others=_others(subject),
        progress=lambda part, said: subject.say(f"Counting false alarms: {said}", 0.8 + part / 5),
    )  # fmt: skip
    write_scores(subject.folder / SCORES, found.scored, subject.sources)
    return {
        "rows": found.rows, "false_alarms": alarms, "curves": _curves(found.scored, whole, asked.strength),
        "titles": titles, "attacks": list(evidence.attacks),
        "kept": {each.name: _keep(subject, each, titles[each.name], found.rows) for each in whole},
    }  # fmt: skip


def gathered(subject: Subject) -> StudyEvidence:
    """The evidence of all parts of a subject, under every attack."""
    asked, names = subject.asked, subject.names
    noise = None
    if asked.noise_learnt:
        made = noise_to_learn(subject.sources["learning"].images, asked.strength, seed=asked.seed)
        noise = subject.evidence_of(made, "learning images with noise")

    def under(part: str) -> dict[str, Evidence]:
        return {name: subject.under(part, number, asked.strength) for number, name in enumerate(names)}

    return StudyEvidence(
        asked.strength, subject.originals("learning"), subject.originals("calibration"), subject.originals("testing"),
        under("learning"),
        {(name, strength): subject.under("testing", number, strength)
         for number, name in enumerate(names) for strength in asked.strengths},
        under("calibration"), noise,
    )  # fmt: skip


def _others(subject: Subject) -> dict[str, Tensor]:
    """Pictures of other galleries than the classifier's own, brought to its size."""
    return {
        words: torch.stack([fit(stored_picture(each.id), subject.classifier) for each in gallery(name)])
        for name, words in OTHERS.items() if name != subject.classifier.samples
    }  # fmt: skip


def _keep(subject: Subject, trained: Trained, title: str, rows: list[dict[str, Any]]) -> str:
    """Write a detector into the run's folder and among those that Inspect asks; returns its name."""
    asked = subject.asked
    card = card_of(
        trained, subject.classifier, subject.explainer, rows,
        {name: to_spec(attack) for name, attack in zip(subject.names, subject.attacks, strict=True)},
        name=asked.classifier, title=title, strength=asked.strength, data=asked.data, split=asked.learn_from,
        learning=asked.learning, data_fingerprint=asked.data_fingerprint, noise_learnt=asked.noise_learnt,
        explained_with=asked.seed, run=subject.folder.name,
    )  # fmt: skip
    name = f"{subject.folder.name}-{trained.name.replace(' ', '-')}"
    for place in (subject.folder, folder("detectors")):
        saved_detector.write(place, name, card, trained.fitted)
    return name


def _curves(scored: list[Scored], whole: list[Trained], strength: float) -> list[dict[str, Any]]:
    told = []
    for trained in whole:
        mine = [each for each in scored if (each.name, each.way, each.part) == (trained.name, trained.way, "testing")]
        originals = next(each.scores for each in mine if not each.attack)
        for each in mine:
            if each.attack and each.strength == strength:
                _, false, true = roc_points(originals, each.scores)
                some = torch.linspace(0, len(false) - 1, min(CURVE, len(false))).round().long()
                points = [[round(float(false[place]), 4), round(float(true[place]), 4)] for place in some]
                told.append({"detector": trained.name, "attack": each.attack, "points": points})
    return told
