"""LIME's weights as maps: how much of a class's support lies in each pixel, and how unsteady it is there. [REC]

A map is kept as a density, of mean 1 over the picture: 1 is as much as if the support lay evenly everywhere. So the
mean of a map over what is visible (0 elsewhere) is the share of the support that is visible: LIME's linear model on a
scale from 0, nothing visible, to 1, all visible. The intercept, and how strongly LIME's ridge pulls the weights
towards 0, cancel.
"""

import torch
from torch import Tensor

from core.contracts.classifier import Classifier
from core.spurious.score import FLAT

FLOOR = 0.05  # the least rise of the explained value from nothing to all visible by which LIME tells where support lies


def support_map(weights: Tensor, parts: Tensor) -> Tensor:
    """LIME's weights (T, N, S) in each repeat, parts (N, H, W) -> maps (N, H, W) of the share of the support.

    The mean weight of a part over the sum of all, spread evenly over its pixels; below 0 where a part speaks against
    the class. 1 everywhere where the sum is below FLOOR: there LIME tells nothing.

    Two cells of one and of three pixels, with a quarter and three quarters of the support, and the other way round:

    >>> parts = torch.tensor([[[0, 1, 1, 1]]]).expand(3, -1, -1)
    >>> support_map(torch.tensor([[[0.1, 0.3], [0.3, 0.1], [0.2, -0.2]]]), parts).squeeze(1)
    tensor([[1.0000, 1.0000, 1.0000, 1.0000],
            [3.0000, 0.3333, 0.3333, 0.3333],
            [1.0000, 1.0000, 1.0000, 1.0000]])
    """
    mean = weights.mean(dim=0)
    total = mean.sum(dim=1, keepdim=True)
    index = parts.flatten(1)
    sizes = torch.zeros_like(mean).scatter_add(1, index, torch.ones_like(index, dtype=mean.dtype))
    each = mean / total.clamp_min(FLOOR) * index.shape[1] / sizes.clamp_min(1)
    return torch.where(total >= FLOOR, each.gather(1, index), 1.0).view(parts.shape)


def instability_map(weights: Tensor, parts: Tensor) -> Tensor:
    """LIME's weights (T, N, S) in each repeat, parts (N, H, W) -> maps (N, H, W) of their spread over the repeats.

    The standard deviation of a part's weight over its mean over the pixels, so that the map's mean is 1; 1 everywhere
    where no weight varies. Three pixels vary by 0.1, one by 0.5, on average by 0.2:

    >>> weights = torch.tensor([[[0.1, 0.0]], [[0.3, 1.0]]])
    >>> instability_map(weights, torch.tensor([[[0, 0], [0, 1]]]))
    tensor([[[0.5000, 0.5000],
             [0.5000, 2.5000]]])
    """
    spread = weights.std(dim=0, correction=0).gather(1, parts.flatten(1))
    mean = spread.mean(dim=1, keepdim=True)
    return torch.where(mean > FLAT, spread / mean.clamp_min(FLAT), 1.0).view(parts.shape)


def dealt(weights: Tensor, drawn: Tensor) -> Tensor:
    """The weights (T, N, S) of each image dealt to its parts by lot, the same way in every repeat; drawn (N, S).

    >>> dealt(torch.tensor([[[1.0, 2.0, 3.0]]]), torch.tensor([[0.9, 0.1, 0.5]])).tolist()
    [[[2.0, 3.0, 1.0]]]
    """
    return weights.gather(2, drawn.argsort(dim=1).expand_as(weights))


def visible_support(maps: Tensor, visible: Tensor) -> Tensor:
    """(N,) what LIME's linear model predicts with only `visible` (N, H, W) to be seen, from 0 to 1.

    maps (N, H, W) as above, cropped with their images: the scale ends at what the crop has left, as an image's label is
    its own however it is cropped; else a map whose support lies at the border would ask for less certainty than one
    whose support lies in the middle, whatever is covered. Where the crop has left less than FLOOR, the visible share of
    the area. A share beyond 0 or 1, where parts that speak against the class are covered or shown alone, counts as 0
    or 1.

    >>> maps = torch.tensor([[[1.5, 1.0], [1.5, 0.0]], [[4.0, -2.0], [1.0, 1.0]]])
    >>> visible_support(maps, torch.tensor([[True, True], [False, False]])).tolist()
    [0.625, 0.5]
    >>> visible_support(maps, torch.tensor([[True, False], [True, False]])).tolist()
    [0.75, 1.0]
    >>> cropped = torch.tensor([[[0.0, 0.5], [0.0, 1.0]]])  # the left half is cropped away
    >>> visible_support(cropped, torch.tensor([[True, True], [True, False]])).tolist()
    [0.333...]
    """
    left = maps.mean(dim=(1, 2))
    share = (maps * visible).mean(dim=(1, 2)) / left.clamp_min(FLOOR)
    return torch.where(left >= FLOOR, share, visible.float().expand_as(maps).mean(dim=(1, 2))).clamp(0, 1)


def asked_support(teacher: Classifier, images: Tensor, shown: Tensor, rest: Tensor) -> Tensor:
    """(N,) the same asked of the network, not predicted: (p_c(shown) - p_c(empty)) / (p_c(image) - p_c(empty)).

    c is the network's own answer to each image (N, C, H, W); empty is the image's mean colour, which LIME covers with.
    rest (N,) stands where the answer rises by less than FLOOR from empty to image. Three passes in evaluation mode.
    """
    empty = images.mean(dim=(2, 3), keepdim=True).expand_as(images)
    whole = teacher.probabilities(images)
    classes = whole.argmax(dim=1, keepdim=True)
    nothing, all_, some = (
        each.gather(1, classes)[:, 0].float()
        for each in (teacher.probabilities(empty), whole, teacher.probabilities(shown))
    )
    rise = all_ - nothing
    return torch.where(rise >= FLOOR, (some - nothing) / rise.clamp_min(FLOOR), rest).clamp(0, 1)
