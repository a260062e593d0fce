"""Stage 1: every test image under every attack at every strength; how many are then answered wrong, class by class."""

from collections.abc import Mapping
from typing import Any

import torch

from core.base.proportion import Proportion
from core.detection.subject import Subject


def stage(subject: Subject, before: Mapping[str, Any]) -> dict[str, Any]:
    """`attacks`, for each its `fooled` images at each strength, as shares too, and `per_class` [strength][class];

    `right_per_class`: the images that were attacked; `made` and `taken`: attacks computed, and known to the cache.
    """
    sources, count = subject.sources["testing"], len(subject.classes)
    told = []
    for number, attack in enumerate(subject.attacks):
        with subject.span(number / len(subject.attacks), (number + 0.8) / len(subject.attacks)):
            found = subject.attacked("testing", number)
        hits = found.fooled.sum(dim=1).tolist()
        shares = [Proportion(each, len(sources)) for each in hits]
        change = (found.images - sources.images).flatten(2).abs().amax(dim=2).mean(dim=1)
        told.append({
            "attack": attack.key, "title": attack.title, "fooled": hits,
            "share": [[each.value, *each.interval] for each in shares],
            "per_class": found.fooled_per_class(count).tolist(), "largest_change": [round(float(x), 5) for x in change],
        })  # fmt: skip
        with subject.span((number + 0.8) / len(subject.attacks), (number + 1) / len(subject.attacks)):
            subject.attacked("learning", number)
            subject.attacked("calibration", number)
    return {
        "attacks": told, "strengths": list(subject.asked.strengths), "images": len(sources),
        "places": sources.places.tolist(), "labels": sources.labels.tolist(),
        "right_per_class": torch.bincount(sources.labels, minlength=count).tolist(),
        "made": subject.made["attacks"], "taken": subject.taken["attacks"],
        "sources": {part: len(each) for part, each in subject.sources.items()},
    }  # fmt: skip
