"""Two classifiers on one image: each attacked by itself, each shown what was made for the other, their maps, bounds."""

import logging
import math
from collections.abc import Iterator

import torch
from torch import Tensor

from core.base.cancellation import Cancelled
from core.compare.comparison import SIDES, Comparison, Pair, Reach, Side, other
from core.compare.resized import matched
from core.contracts.classifier import Classifier
from core.contracts.finite import expect_finite
from core.spurious.lower_bound import linear_bound
from core.spurious.region_of_classifier import own_region
from core.study.investigation import investigate
from core.study.prediction import predict
from core.study.study import Study, begin

log = logging.getLogger("counterproof")


def cross(
    comparison: Comparison, classifiers: dict[Side, Classifier], label: int | None = None
) -> Iterator[tuple[Side, str]]:
    """Fill the crossings, yielding after each part; both attacked images must be there. What is known is kept.

    label: the image's class, where it is known; else the bound is that of the model's own answer. A stop
    (core.base.cancellation) ends it with Cancelled. The parts are "answer", "reach", and an explainer's key for each
    map.
    """
    pair = comparison.pair
    shown: dict[Side, Tensor] = {}
    for side in SIDES:
        attacked = comparison.studies[other(side)].attacked
        if attacked is None:
            raise ValueError("expected both models to have been attacked before their images are exchanged")
        shown[side] = attacked.image
    for side in SIDES:
        crossing = comparison.crossings[side]
        if crossing.prediction is None:
            crossing.prediction = predict(classifiers[side], shown[side])
            yield side, "answer"
    for side in SIDES:
        crossing = comparison.crossings[side]
        if crossing.reach is None:
            crossing.reach = reach(classifiers[side], comparison.studies[side], label, pair.seed)
            yield side, "reach"
    for explainer in pair.explainers:
        for side in SIDES:
            crossing, study, classifier = comparison.crossings[side], comparison.studies[side], classifiers[side]
            if explainer.key in crossing.maps or explainer.obstacle(classifier):
                continue
            assert crossing.prediction is not None
            assert study.before is not None
            explained = crossing.prediction if pair.explained == "answer" else study.before
            image, target = shown[side][None], torch.tensor([explained.top])
            try:
                found = explainer(classifier, image, target, seed=pair.seed, reference=study.original[None])
            except Cancelled:
                raise
            except Exception:  # noqa: BLE001  methods call libraries that raise anything; its study says so in words
                log.warning(f"{explainer.key} failed", exc_info=True)
                continue
            if found.pictures is not None:
                crossing.pictures[explainer.key] = found.pictures[0]
            crossing.maps[explainer.key] = found.values[0]
            yield side, explainer.key


def reach(classifier: Classifier, study: Study, label: int | None, seed: int) -> Reach:
    """The bound of one model at the study's original, with that model's own spurious region."""
    assert study.before is not None
    norm = 2.0 if study.case.attack.norm == 2 else math.inf
    answer = study.before.top if label is None else label
    image, labels = study.original[None], torch.tensor([answer])
    masks = own_region(classifier, image, labels, seed)
    found = linear_bound(classifier, image, labels, masks, norm)
    expect_finite(torch.cat([found.value.nan_to_num(math.nan, 0.0), found.share]), "the lower bound of this model")
    return Reach(
        value=found.value.item(), share=found.share.item(), region=masks.float().mean().item(),
        rival=int(found.runner_up), norm=norm, wrong=answer != study.before.top,
    )  # fmt: skip


def compare(pair: Pair, before: Classifier, after: Classifier, image: Tensor, label: int | None = None) -> Comparison:
    """All of it at once; image (C, H, W) in [0, 1], of the size that one of the two takes.

    ValueError in a sentence if the two cannot be compared.
    """
    classifiers: dict[Side, Classifier] = dict(zip(SIDES, matched(before, after, tuple(image.shape)), strict=True))
    studies = {side: begin(pair.case(side), classifiers[side], image) for side in SIDES}
    for side in SIDES:
        for _ in investigate(studies[side], classifiers[side]):
            pass
    comparison = Comparison(pair, studies)
    for _ in cross(comparison, classifiers, label):
        pass
    return comparison
