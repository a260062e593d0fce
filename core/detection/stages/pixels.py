"""Stage 3: critical pixels by both readings, how far they hang on the images, and whether they matter."""

from collections.abc import Mapping
from typing import Any

from torch import Tensor

from core.attacks.pgd import PGD
from core.detection.critical_pixels.attack_on_pixels import attacked_on, pixel_sets, spliced
from core.detection.critical_pixels.class_sets import class_sets
from core.detection.critical_pixels.selection import CriticalPixels, Reading, Rule, critical_pixels, importance
from core.detection.critical_pixels.stability import jaccard, stability
from core.detection.scoring.ordinary_noise import noisy
from core.detection.subject import Subject

READINGS: tuple[Reading, ...] = ("generation", "detection")
MOST = 200  # test images on which it is tried whether they matter
RESAMPLES = 1000


def found_pixels(subject: Subject, reading: Reading) -> CriticalPixels:
    """The critical pixels of the learning images, under all attacks together."""
    clean, attacked = subject.pooled("learning")
    return critical_pixels(reading, clean.signatures, attacked.signatures, subject.asked.rule)


def stage(subject: Subject, before: Mapping[str, Any]) -> dict[str, Any]:
    """By reading: the pixels, their stability over bootstraps of the sources, those of each class by itself (see

    critical_pixels/class_sets.py), and in `matters` what attacks achieve on them alone: nothing where none is critical
    or all are. `agreement`: the Jaccard index of both readings' sets, and of each attack's own set with the whole.
    """
    asked, rule = subject.asked, subject.asked.rule
    clean, attacked = subject.pooled("learning")
    sources = subject.pooled_sources("learning")
    told: dict[str, Any] = {}
    sets = {reading: found_pixels(subject, reading) for reading in READINGS}
    for reading, found in sets.items():
        steady = stability(
            reading, clean.signatures, attacked.signatures, rule, sources=sources,
            resamples=RESAMPLES, seed=asked.seed,
            on_done=lambda done, of: subject.say("Drawing images again", done / of),
        )  # fmt: skip
        alone = {}
        for number, name in enumerate(subject.names):
            own = critical_pixels(
                reading, subject.originals("learning").signatures,
                subject.under("learning", number, asked.strength).signatures, rule,
            )  # fmt: skip
            alone[name] = float(jaccard(own.chosen, found.chosen))
        subject.say("Looking at each class", 0.0)
        classes = class_sets(
            found, clean.signatures, attacked.signatures, subject.sources["learning"].labels, rule, sources=sources,
            seed=asked.seed,
        ).told(subject.classes)  # fmt: skip
        told[reading] = found.told() | {"stability": steady.told(), "agreement": alone} | classes
        told[reading]["matters"] = _matters(subject, found) if 0 < found.chosen.sum() < found.chosen.numel() else []
    told["agreement"] = float(jaccard(sets["generation"].chosen, sets["detection"].chosen))
    return told


def _rivals(subject: Subject, found: CriticalPixels) -> dict[str, Tensor]:
    """As many pixels, found without any attack: where the images vary most, and by ordinary noise instead."""
    asked, sources = subject.asked, subject.sources["learning"]
    rule = Rule(int(found.chosen.sum()) / found.chosen.numel())
    moved = noisy(sources.images, "signs", asked.strength, seed=asked.seed)
    noise = subject.evidence_of(moved, "images with ordinary noise").signatures
    return {
        "where images vary most": rule(sources.images.mean(dim=1).std(dim=0).double()),
        "found by noise": rule(importance(found.reading, subject.originals("learning").signatures, noise)),
    }


def _matters(subject: Subject, found: CriticalPixels) -> list[dict[str, Any]]:
    """What PGD achieves on sets of pixels alone, and what the values of the attacked images there do."""
    asked, sources = subject.asked, subject.sources["testing"]
    images, labels = sources.images[:MOST], sources.labels[:MOST]
    sets = pixel_sets(found.chosen, seed=asked.seed) | _rivals(subject, found)
    attacked = subject.images_under("testing", subject.strongest, asked.strength)[:MOST]
    pgd = PGD(eps=asked.strength, step=asked.strength / 10, steps=20)
    return [
        attacked_on(
            subject.classifier, images, labels, sets, pgd, seed=asked.seed, batch=asked.batch,
            on_done=lambda done, of: subject.say("Attacking some pixels alone", done / of),
        ).told(),
        spliced(subject.classifier, images, attacked, labels, sets, batch=asked.batch).told(),
    ]  # fmt: skip
