"""Whether models use the regions that an expert marked as meaningless: measured on marked images, paired."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from core.base import cancellation
from core.base.proportion import Proportion
from core.compare.comparison import SIDES, Side
from core.contracts.batch import stream
from core.contracts.classifier import Classifier
from core.contracts.finite import expect_finite
from core.evaluation.paired import mean_interval, newcombe_difference, paired_means
from core.spurious.marked_images import MarkedImages

DRAWS = 5  # other pictures that a region is filled from
AT_ONCE = 100


@dataclass(frozen=True, eq=False)
class RegionUse:
    """What one model makes of the marked images, each (n,) in double precision but the last, bool.

    share: how much of sum |d log p_y / dx|, y the image's class, lies in the region that is to be ignored; moved: how
    far p_y moves on average, in absolute value, when that region is filled from other marked images; right.
    """

    share: Tensor
    moved: Tensor
    right: Tensor


def region_use(classifier: Classifier, marked: MarkedImages, seed: int = 0) -> RegionUse:
    """Of one model; ValueError in one sentence if the images are not of its size, or of classes it does not know."""
    if reason := misfit(classifier, marked):
        raise ValueError(reason)
    labels, images, masks = marked.labels_of(classifier), marked.images.float() / 255, marked.to_ignore
    orders = _others(len(marked), seed)
    found = [
        _part(classifier, images[rows], labels[rows], masks[rows], [images[order[rows]] for order in orders])
        for rows in torch.split(torch.arange(len(marked)), AT_ONCE)
    ]
    share, moved, right = (torch.cat([part[place] for part in found]) for place in range(3))
    return RegionUse(expect_finite(share, "a slope"), expect_finite(moved, "an answer"), right.bool())


def misfit(classifier: Classifier, marked: MarkedImages) -> str:
    """Why a model cannot be asked about these images, in one sentence; "" if it can."""
    few = "one marked picture is too few to tell anything by: two are the least" if len(marked) < 2 else ""
    return marked.misfit(classifier) or few


def _part(classifier: Classifier, images: Tensor, labels: Tensor, masks: Tensor, fills: list[Tensor]) -> list[Tensor]:
    cancellation.check()
    device, rows = classifier.device, torch.arange(len(labels))
    with classifier.frozen(), torch.enable_grad():
        given = images.to(device).requires_grad_(True)
        logits = classifier(given)
        chosen = logits.log_softmax(dim=1)[rows, labels.to(device)]
        (slope,) = torch.autograd.grad(chosen.sum(), given)
    slopes = slope.abs().sum(dim=1).double().cpu()
    share = (slopes * masks).flatten(1).sum(dim=1) / slopes.flatten(1).sum(dim=1).clamp_min(1e-300)
    here = classifier.probabilities(images).cpu()[rows, labels].double()
    there = [classifier.probabilities(torch.where(masks[:, None], fill, images)).cpu()[rows, labels] for fill in fills]
    moved = torch.stack([(each.double() - here).abs() for each in there]).mean(dim=0)
    return [share, moved, (logits.argmax(dim=1).cpu() == labels).double()]


def _others(count: int, seed: int) -> list[Tensor]:
    """DRAWS times, for each image the place of another one; of a single image itself."""
    draws = torch.Generator().manual_seed(stream(seed, "fill"))
    order = torch.randperm(count, generator=draws)
    found = torch.empty(DRAWS, count, dtype=torch.long)
    for turn in range(DRAWS):
        found[turn, order] = order.roll(1 + turn % max(1, count - 1))
    return list(found)


def compared(classifiers: Mapping[Side, Classifier], marked: MarkedImages, seed: int = 0) -> dict[str, Any]:
    """In JSON: `count`, `area` (the regions' mean share of a picture); for "share", "moved" and "right" the mean of

    each side with its 95 % interval, and "difference", after minus before on the same images.
    """
    found = {side: region_use(classifiers[side], marked, seed) for side in SIDES}
    told: dict[str, Any] = {"count": len(marked), "area": marked.to_ignore.float().mean().item()}
    for name in ("share", "moved", "right"):
        values = {side: getattr(use, name).double().tolist() for side, use in found.items()}
        pair = (values["after"], values["before"])
        apart = newcombe_difference(*([bool(each) for each in one] for one in pair)) if name == "right" else None
        told[name] = {side: list(_mean(each, name == "right")) for side, each in values.items()}
        told[name]["difference"] = (apart or paired_means(*pair)).entry()
    return told


def _mean(values: list[float], counted: bool) -> tuple[float, float, float]:
    """With its 95 % interval: Wilson's where the values are right or wrong, else that of a mean."""
    if not counted:
        return mean_interval(values)
    share = Proportion(round(sum(values)), len(values))
    return (share.value, *share.interval)
