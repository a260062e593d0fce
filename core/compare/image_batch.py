"""What is measured of two classifiers on one batch of labelled images: a row of numbers for each image."""

import math
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from core.catalog import MAP_DISTANCES
from core.compare.comparison import SIDES, Side
from core.contracts.attack import Attack
from core.contracts.attack_loss import without_gradient
from core.contracts.classifier import Classifier
from core.contracts.explainer import Explainer
from core.contracts.finite import expect_finite
from core.contracts.rounding import blank
from core.evaluation.strength_sweep import at
from core.spurious.lower_bound import linear_bound
from core.spurious.region_of_classifier import own_region
from core.study.noise_control import shuffled_noise

FIRST = "spearman"  # the measure the sentence on Inspect goes by
DIGITS = 5


@dataclass(frozen=True)
class Plan:
    """The attack, the strengths (the first is 0) and the explainer whose maps are followed, None for none."""

    attack: Attack
    strengths: tuple[float, ...]
    explainer: Explainer | None
    seed: int = 0


def measure(
    classifiers: dict[Side, Classifier], images: Tensor, labels: Tensor, first: int, plan: Plan
) -> dict[str, Any]:
    """Numbers by side, as JSON: each a list with an entry for each of the images (n, C, H, W) in [0, 1], labels (n,).

    first: the place of the first image in the data; draws depend on it and on the seed alone.
    Each by strength: `right`, 1 where the answer is the label under this model's own attack; `stable` and `noise`, rank
    agreement of the original's map with the attacked image's, and with that of ordinary noise of the same size, all for
    the original answer. Once: `seeds`, between the original's maps under two seeds, of a method that draws numbers;
    `flat`, 1 where the attack has no gradient to follow at the largest strength; `bound`, `share`, the linearised lower
    bound, at most the whole range, and its spurious share. Where there is no map
    to compare, None stands in place of an agreement.
    """
    return {side: _one(classifiers[side], images, labels, first, plan) for side in SIDES}


def _one(classifier: Classifier, images: Tensor, labels: Tensor, first: int, plan: Plan) -> dict[str, Any]:
    measured: dict[str, Any] = {"right": [], "stable": [], "noise": []}
    answers = classifier.probabilities(images).argmax(dim=1).cpu()
    explainer = plan.explainer
    if explainer is not None and explainer.obstacle(classifier):
        explainer = None
    drawn = None if explainer is None else _maps(explainer, classifier, images, answers, images, plan.seed)
    if explainer is not None and drawn is not None and explainer.random:
        again = _maps(explainer, classifier, images, answers, images, plan.seed + 1)
        measured["seeds"] = _shift(drawn, again)
    for eps in plan.strengths:
        attacked = at(plan.attack, eps)(classifier, images, labels, seed=plan.seed + first).cpu()
        top = classifier.probabilities(attacked).argmax(dim=1).cpu() if eps else answers
        measured["right"].append((top == labels).int().tolist())
        if explainer is None or drawn is None:
            continue
        if not eps:
            measured["stable"].append(_shift(drawn, drawn))
            measured["noise"].append(_shift(drawn, drawn))
            continue
        noisy = torch.cat([
            shuffled_noise(image, other - image, 1, plan.seed + first + place)
            for place, (image, other) in enumerate(zip(images, attacked, strict=True))
        ])  # fmt: skip
        for name, shown in (("stable", attacked), ("noise", noisy)):
            measured[name].append(_shift(drawn, _maps(explainer, classifier, shown, answers, images, plan.seed)))
    strongest = at(plan.attack, max(plan.strengths))
    if strongest.gradient_based and strongest.bound > 0:
        measured["flat"] = without_gradient(classifier, images, labels, strongest.norm, strongest.bound).int().tolist()
    norm, most = (2.0, math.sqrt(images[0].numel())) if plan.attack.norm == 2 else (math.inf, 1.0)
    masks = own_region(classifier, images, labels, plan.seed)
    bound = linear_bound(classifier, images, labels, masks, norm)
    for name, values, digits in (("bound", bound.value.clamp_max(most), 7), ("share", bound.share, DIGITS)):
        measured[name] = [round(value, digits) for value in expect_finite(values, f"the {name} of a model").tolist()]
    return measured


def _maps(
    explainer: Explainer, classifier: Classifier, images: Tensor, targets: Tensor, reference: Tensor, seed: int
) -> Tensor:
    return explainer(classifier, images, targets, seed=seed, reference=reference).values


def _shift(before: Tensor, after: Tensor) -> list[float | None]:
    """None where the first is blank: there is no map to compare. Where the second alone is, the map has vanished."""
    values = MAP_DISTANCES[FIRST]()(before, after).tolist()
    return [None if blank(first) else round(value, DIGITS) for value, first in zip(values, before, strict=True)]
