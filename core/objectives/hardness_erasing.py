"""Erasing of a set hardness: of several random ones that which hides as much of LIME's support as wanted. [REC]"""

from dataclasses import dataclass

import torch
from torch import Tensor

from core.base.params import param
from core.contracts.batch import Batch
from core.contracts.classifier import Classifier
from core.contracts.objective import Objective
from core.objectives._altered_images import Altered, AlteredImages, labelled
from core.objectives._support_maps import known, map_source, uniform
from core.occlusion.fills import FILLS, fill
from core.occlusion.rectangles import TRIES, erasing_rectangles

MORE = {"one": "control: the first erasing drawn"}


def nearest(values: Tensor, wanted: float) -> Tensor:
    """(n,) which of each row (n, D) is nearest to `wanted`, the first of equals.

    >>> nearest(torch.tensor([[0.0, 0.3, 0.5], [-0.2, 0.9, 0.1]]), 0.25).tolist()
    [1, 2]
    """
    return (values - wanted).abs().argmin(dim=1)


@dataclass(frozen=True)
class HardnessErasing(AlteredImages):
    """[REC] Adversarial training on images with a rectangle erased that hides a share q of LIME's support; t = e_y.

    Of `draws` random erasings (Zhong et al. 2020, arXiv 1708.04896: their areas and aspect ratios) the one is kept
    whose lost support, the mean of the map over the picture where it is erased and 0 elsewhere, is nearest to q =
    easy + (hard - easy) s, s the share of the epochs that are over. Li, Spratling 2023 (ICLR, arXiv 2301.09879) find
    that harder augmentation makes adversarial training more robust up to a limit. Which rectangle is kept depends on
    the map: the leak meter belongs beside it.
    """

    key = "hardness_erasing"
    title = "Erasing as hard as wanted"
    plain = "Erases a rectangle of attacked images while learning, which hides as much as wanted of what LIME finds."
    cite = "Zhong et al. 2020, arXiv 1708.04896; Li, Spratling 2023, arXiv 2301.09879; chosen by LIME: joined here"
    even = ("one",)

    mask_source: str = map_source(MORE)
    draws: int = param(8, low=1, high=64, title="Erasings drawn", help="From how many the one that is as hard as "
                       "wanted is chosen")  # fmt: skip
    easy: float = param(0.1, low=0.0, high=1.0, step=0.05, title="Support hidden at first",
                        help="Share of LIME's support that an erasing is to hide in the first epoch")  # fmt: skip
    hard: float = param(0.35, low=0.0, high=1.0, step=0.05, title="Support hidden at the end",
                        help="The same at the end of the training; it rises evenly from epoch to epoch")  # fmt: skip
    fill: str = param("noise", choices=FILLS, title="Erased with", help="What is put in place of the rectangle")

    @property
    def pairs(self) -> bool:
        return self.masking > 0 and self.fill == "patch"

    def altered(self, classifier: Classifier, batch: Batch, drawn: Tensor) -> Altered:
        maps = batch.masks
        assert maps is not None
        numbers = batch.draw("erasings", uniform, (self.draws, 2 * TRIES + 2))
        boxes = erasing_rectangles(numbers, *batch.images.shape[2:])
        lost = (maps[:, None] * boxes).mean(dim=(2, 3))
        wanted = self.easy + (self.hard - self.easy) * batch.trained
        chosen = torch.zeros_like(batch.labels) if self.mask_source == "one" else nearest(lost, wanted)
        each = torch.arange(len(batch), device=maps.device)
        hidden = boxes[each, chosen] & (drawn & known(maps))[:, None, None]
        images = torch.where(hidden[:, None], fill(batch, self.fill), batch.images)
        rows = hidden.flatten(1).any(dim=1)
        return Altered(images, labelled(classifier, batch.labels), rows, {"lost": lost[each, chosen]})


OBJECTIVES: tuple[type[Objective], ...] = (HardnessErasing,)
