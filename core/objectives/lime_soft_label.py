"""LIME's linear model as soft label: how sure to be of a covered image is what LIME predicts for what is left. [REC]"""

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

from core.base.params import param
from core.contracts.batch import Batch
from core.contracts.classifier import Classifier
from core.contracts.objective import Objective
from core.objectives._altered_images import Altered, AlteredImages, mixed
from core.objectives._support_maps import known, map_source, uniform
from core.occlusion.fills import FILLS, fill
from core.occlusion.rectangles import cutmix_rectangles
from core.occlusion.superpixels import superpixels
from core.spurious.controls import random_parts
from core.spurious.parts import in_use, painted
from core.spurious.support import asked_support, visible_support

WAYS = {"cells": "cells drawn by lot are covered", "cutmix": "a rectangle of another picture is pasted (CutMix)"}
MORE = {
    "area": "control: the visible area", "constant": "control: one weight for all",
    "teacher": "ceiling: the averaged model asked anew",
}  # fmt: skip
MEMORY = 0.99  # of the running mean of the weights, a step


@dataclass(frozen=True)
class LimeSoftLabel(AlteredImages):
    """[REC] Adversarial training on partly covered images with soft labels t = w e_y + (1 - w) r, w told by LIME.

    Cells: r is uniform, t_y = 1/K + w (1 - 1/K), and w what LIME's linear model predicts for the visible part
    (core.spurious.support `visible_support`), in [0, 1]. CutMix (Yun et al. 2019, arXiv 1905.04899): r is the other
    image's label, w = a / (a + b), a what LIME predicts for the visible part of the image, b for the pasted part of the
    other; the visible area where both are 0. What is covered does not depend on labels or maps: the explanation enters
    the target alone, so that there is nothing to leak. What a crop has cut away
    counts neither as visible nor as hidden.

    Sources of w beside those of all maps: area takes the map that is 1 everywhere; constant one w for all, the running
    mean of the w by LIME (the visible area in the first step); teacher asks the moving average itself what LIME
    predicts, without the crop (`asked_support`), some passes a step: the most that LIME can reach.
    """

    key = "lime_soft_label"
    title = "LIME soft labels"
    plain = "Covers parts of attacked images while learning, and asks of the model only as much certainty as LIME says."
    cite = "CutMix: Yun et al. 2019, arXiv 1905.04899; LIME: Ribeiro et al. 2016, arXiv 1602.04938; joined here"
    even = ("area", "teacher")

    mask_source: str = map_source(MORE)
    way: str = param("cells", choices=WAYS, title="Altered by", help="What is done to an image")
    fill: str = param("mean", choices=FILLS, title="Covered with", help="What is put in place of covered cells")
    area: float = param(0.25, low=0.05, high=0.95, step=0.05, title="Cells covered", help="Share of the cells that are "
                        "covered")  # fmt: skip

    @property
    def pairs(self) -> bool:
        return self.masking > 0 and (self.way == "cutmix" or self.fill == "patch")

    def hidden(self, batch: Batch) -> Tensor:
        """(n, H, W) bool: what is covered of each image, if it is altered. By lot alone."""
        if self.way == "cutmix":
            return cutmix_rectangles(batch.draw("rectangle", uniform, (3,)), *batch.images.shape[2:])
        parts = superpixels(batch.images, "grid", self.cells)
        return painted(random_parts(batch, in_use(parts), self.cells, self.area), parts)

    def altered(self, classifier: Classifier, batch: Batch, drawn: Tensor) -> Altered:
        mine, cutmix = batch.masks, self.way == "cutmix"
        theirs = batch.other_masks if cutmix else None
        assert mine is not None
        rows = drawn & known(mine) & (True if theirs is None else known(theirs))
        hidden = self.hidden(batch) & rows[:, None, None]
        rows = hidden.flatten(1).any(dim=1)
        images = torch.where(hidden[:, None], fill(batch, "patch" if cutmix else self.fill), batch.images)
        area = 1 - hidden.float().mean(dim=(1, 2))
        support = visible_support(mine, ~hidden)
        if theirs is not None:
            support = share(support, visible_support(theirs, hidden), area)
        own = support
        if self.mask_source == "constant":
            many = batch.kept.get("covered", 0.0)
            own = torch.full_like(own, batch.kept["support"] / many) if many else area
        elif self.mask_source == "teacher":
            own = self.asked(batch.teacher or classifier, batch, images, area)
        own = torch.where(rows, own, 1.0)
        targets = mixed(classifier, batch, own, batch.other_labels if cutmix else None)
        return Altered(images, targets, rows, {"support": support, "certainty": own})

    def asked(self, teacher: Classifier, batch: Batch, images: Tensor, area: Tensor) -> Tensor:
        """w (n,) by the teacher's own answers to the images as they are shown."""
        own = asked_support(teacher, batch.images, images, area)
        if self.way == "cells" or batch.others is None:
            return own
        return share(own, asked_support(teacher, batch.others, images, 1 - area), area)

    def begin(self) -> Mapping[str, float]:
        return {"support": 0.0, "covered": 0.0} if self.mask_source == "constant" else {}

    def advance(self, kept: Mapping[str, float], parts: Mapping[str, float]) -> Mapping[str, float]:
        return {name: MEMORY * value + (1 - MEMORY) * parts.get(name, 0.0) for name, value in kept.items()}


def share(own: Tensor, other: Tensor, area: Tensor) -> Tensor:
    """own / (own + other), all (n,); `area` where both are 0.

    >>> share(torch.tensor([0.5, 0.0]), torch.tensor([0.125, 0.0]), torch.tensor([0.3, 0.25])).tolist()
    [0.800..., 0.25]
    """
    both = own + other
    return torch.where(both > 1e-6, own / both.clamp_min(1e-6), area)


OBJECTIVES: tuple[type[Objective], ...] = (LimeSoftLabel,)
