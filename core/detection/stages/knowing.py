"""Stage 7: the attacker who knows of a detector: how often an image passes classifier and detector both."""

from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import Tensor

from core.attacks.pgd import PGD
from core.base.proportion import Proportion
from core.contracts.detector import Evidence
from core.detection.adaptive.adaptive_attack import adaptive_attack
from core.detection.adaptive.adaptive_summary import Comparison, Fates, worth
from core.detection.adaptive.differentiable_signature import Surrogate, faithfulness
from core.detection.scoring import saved_detector
from core.detection.scoring.ordinary_noise import noisy
from core.detection.scoring.saved_detector import SavedDetector
from core.detection.subject import Subject
from core.occlusion.backgrounds import background

STEPS = 100
FEW = 50  # images on which the surrogate is compared with real signatures
STAND_INS = {"signatures": "signature_cnn", "pixels": "pixel_cnn", "answers": "pixel_cnn"}  # of what has no gradients


def stage(subject: Subject, before: Mapping[str, Any]) -> dict[str, Any]:
    """Of every kept detector, on the first `knowing` test images at the strength learnt, `detectors`:

    its `title`, the shares of `adaptive_summary.Comparison` (the attacker who knows, PGD without
    knowledge, ordinary noise), and `worth`, a sentence, with the attacks it has not seen. `faithful`: the mean
    correlation of the differentiable surrogate with the real signatures.
    """
    kept = {
        name: saved_detector.read(subject.folder / f"{file}.safetensors", subject.classifier)
        for name, file in before["detectors"]["kept"].items()
    }
    sources = subject.sources["testing"]
    images, labels = sources.images[: subject.asked.knowing], sources.labels[: subject.asked.knowing]
    against = background("auto", subject.classifier, images[:1], subject.asked.seed).cpu()
    surrogate = Surrogate(against)
    seen = subject.originals("testing")
    faithful = faithfulness(surrogate, subject.classifier, images[:FEW], seen.signatures[: len(images[:FEW])])
    told = {}
    for place, (name, saved) in enumerate(kept.items()):
        say = _say(subject, saved.card.title, place, len(kept))
        found = _against(subject, saved, kept, images, labels, surrogate, say)
        said = _worth(before["detectors"]["rows"], name, found["knowing"]["passed"])
        told[name] = found | {"title": saved.card.title, "worth": said}
    return {
        "detectors": told, "images": len(images), "strength": subject.asked.strength,
        "faithful": float(faithful.nanmean()) if faithful.isfinite().any() else None,
    }  # fmt: skip


def _say(subject: Subject, title: str, place: int, of: int) -> Callable[[int, int], None]:
    return lambda done, whole: subject.say(f"An attacker who knows of {title}", (place + done / whole) / of)


def _against(
    subject: Subject, saved: SavedDetector, kept: Mapping[str, SavedDetector], images: Tensor, labels: Tensor,
    surrogate: Surrogate, say: Callable[[int, int], None],
) -> dict[str, Any]:  # fmt: skip
    """The fates of the same images under three hands, and how the gradients were had."""
    classifier, asked, threshold = subject.classifier, subject.asked, saved.card.threshold
    reads = type(saved.card.made_detector()).reads

    def score_of(changed: Tensor) -> Tensor:
        if reads == "signatures":
            return saved.fitted.score(classifier, subject.evidence_of(changed, keep=False, tell=False))
        nothing = torch.zeros(len(changed), *changed.shape[2:])
        seen = Evidence(changed, classifier.probabilities(changed).cpu(), nothing)
        return saved.fitted.score(classifier, seen)

    other = next((each for each in kept.values() if each.card.detector["method"] == STAND_INS[reads]), None)
    stand_in = None if other is None or other is saved else (other.fitted, other.card.threshold)

    def fates(changed: Tensor) -> Fates:
        wrong = classifier.probabilities(changed).argmax(dim=1).cpu() != labels
        return Fates(wrong, score_of(changed) > threshold)

    try:
        known = adaptive_attack(
            classifier, saved.fitted, images, labels, asked.strength, threshold=threshold, score_of=score_of,
            surrogate=surrogate if reads == "signatures" else None, stand_in=stand_in, steps=STEPS, seed=asked.seed,
            batch=min(50, asked.batch), on_done=say,
        )  # fmt: skip
    except ValueError as error:  # no gradients, and no other detector of this study to stand in
        return {"knowing": {"passed": None}, "reason": str(error)}
    usual = PGD(eps=asked.strength, step=asked.strength / 10, steps=STEPS)
    unknowing = usual(classifier, images, labels, seed=asked.seed).cpu()
    noise = noisy(images, "signs", asked.strength, seed=asked.seed)
    found = Comparison(Fates(known.fooled, known.scores > threshold), fates(unknowing), noise=fates(noise))
    return found.told() | {"stood_in": known.stood_in, "queries": known.queries, "evaluations": known.evaluations}


def _worth(rows: list[dict[str, Any]], name: str, passed: Mapping[str, Any] | None) -> str:
    """The sentence of a detector's worth, from what fooled the classifier by attacks that it has not seen.

    These are told of the detector of its kind that learned from all attacks but that one; one that learns nothing has
    seen none.
    """
    mine = [row for row in rows if row["detector"] == name]
    most = max(len(row["learnt_from"]) for row in mine)
    unseen = [row["detected_fooled"] for row in mine if not row["seen_attack"] and row["detected_fooled"]
              and len(row["learnt_from"]) in (0, most - 1)]  # fmt: skip
    hits, count = (sum(each[key] for each in unseen) for key in ("hits", "count"))
    alarms = next(row["false_alarms"] for row in mine if len(row["learnt_from"]) == most)
    return worth(
        Proportion(hits, count) if count else None, Proportion(alarms["hits"], alarms["count"]),
        Proportion(passed["hits"], passed["count"]) if passed else None,
    )  # fmt: skip
