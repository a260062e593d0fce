"""Content-guided CutMix: LIME picks which block of another image is pasted, chance alone where. [REC]"""

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import avg_pool2d

from core.base.params import param
from core.contracts.batch import Batch
from core.contracts.classifier import Classifier
from core.contracts.objective import Objective
from core.objectives._altered_images import Altered, AlteredImages, mixed
from core.objectives._support_maps import known, map_source, uniform
from core.occlusion.rectangles import rectangles

MORE = {"least": "control: the least supported block"}
ALIKE = 1e-3  # blocks whose mean support differs by less are chosen between by lot


def chosen_block(maps: Tensor, height: int, width: int, drawn: Tensor) -> tuple[Tensor, Tensor]:
    """Top and left (n,) of the block of this size with the largest mean of each map (n, H, W), of equals one by lot.

    drawn (n, H - height + 1, W - width + 1) in [0, 1): the equal block of the largest number is taken.

    >>> maps = torch.tensor([[[0.0, 1.0, 1.0], [0.0, 3.0, 1.0]], [[1.0, 1.0, 1.0], [1.0, 1.0, 1.0]]])
    >>> chosen_block(maps, 1, 2, torch.tensor([[[0.1, 0.9], [0.2, 0.3]], [[0.1, 0.2], [0.9, 0.3]]]))
    (tensor([1, 1]), tensor([1, 0]))
    """
    means = avg_pool2d(maps[:, None], (height, width), stride=1)[:, 0]
    best = means >= means.amax(dim=(1, 2), keepdim=True) - ALIKE
    place = torch.where(best, drawn, -1.0).flatten(1).argmax(dim=1)
    return place // means.shape[2], place % means.shape[2]


def pasted(images: Tensor, others: Tensor, inside: Tensor, down: Tensor, right: Tensor) -> Tensor:
    """The images (n, C, H, W) with the others `down` rows below and `right` columns right of where they lie, `inside`.

    inside (n, H, W) bool. down, right (n,): how far the pasted pixel lies from its place in the other image.

    >>> image, other = torch.zeros(1, 1, 2, 2), torch.tensor([[[[1.0, 2.0], [3.0, 4.0]]]])
    >>> inside = torch.tensor([[[False, True], [False, False]]])  # 3 goes there: one row up, one column right
    >>> pasted(image, other, inside, torch.tensor([-1]), torch.tensor([1])).flatten().tolist()
    [0.0, 3.0, 0.0, 0.0]
    """
    height, width = images.shape[2:]
    device = images.device
    rows = (torch.arange(height, device=device) - down[:, None]).clamp(0, height - 1)
    columns = (torch.arange(width, device=device) - right[:, None]).clamp(0, width - 1)
    each = torch.arange(len(images), device=device)[:, None, None]
    moved = others[each, :, rows[:, :, None], columns[:, None, :]].permute(0, 3, 1, 2)
    return torch.where(inside[:, None], moved, images)


@dataclass(frozen=True)
class GuidedCutMix(AlteredImages):
    """[REC] Adversarial training on images with a block of another image pasted, the labels mixed by area (CutMix).

    t = (1 - l) e_y + l e_y', l the block's share of the area. The block is the one that supports the other image's
    answer most, by the map of LIME (core.spurious.support), of all blocks of that size; where it goes is uniform. Size,
    place and t depend on no map and no label: only what is pasted does. CutMix (Yun et al. 2019, arXiv 1905.04899) pays
    in adversarial training with averaged weights (Rebuffi et al. 2021, arXiv 2103.01946).
    """

    key = "guided_cutmix"
    title = "CutMix guided by LIME"
    plain = "Pastes the part of another picture that LIME finds telling into attacked images while learning."
    cite = "CutMix: Yun et al. 2019, arXiv 1905.04899; which block, by LIME: joined here"

    mask_source: str = map_source(MORE)
    size: float = param(0.5, low=0.1, high=0.9, step=0.05, title="Side of the block",
                        help="Length of the pasted block, as a share of the picture's")  # fmt: skip

    @property
    def pairs(self) -> bool:
        return self.masking > 0

    def altered(self, classifier: Classifier, batch: Batch, drawn: Tensor) -> Altered:
        maps, others = batch.other_masks, batch.others
        if maps is None or others is None:
            raise ValueError("expected other images and their maps to take blocks from, got none")
        height, width = batch.images.shape[2:]
        high, wide = max(1, round(self.size * height)), max(1, round(self.size * width))
        equals = batch.draw("block", uniform, (height - high + 1, width - wide + 1))
        top, left = chosen_block(-maps if self.mask_source == "least" else maps, high, wide, equals)
        spot = batch.draw("spot", uniform, (2,))
        down, right = (spot[:, 0] * (height - high + 1)).long(), (spot[:, 1] * (width - wide + 1)).long()
        rows = drawn & known(maps)
        inside = rectangles(down, right, down + high, right + wide, height, width) & rows[:, None, None]
        images = pasted(batch.images, others, inside, down - top, right - left)
        own = 1 - inside.float().mean(dim=(1, 2))
        return Altered(images, mixed(classifier, batch, own, batch.other_labels), rows)


OBJECTIVES: tuple[type[Objective], ...] = (GuidedCutMix,)
