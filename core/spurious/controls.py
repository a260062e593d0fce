"""The controls of guidance: regions chosen without LIME, or LIME's given to the wrong images.

A training guided by LIME has to be compared with the same training guided by these, or by no regions at all: what it
does no better than they, the explanations did not bring about.
"""

import torch
from torch import Tensor

from core.contracts.batch import Batch, stream
from core.spurious.parts import largest

CONTROLS = {
    "random": "control: random parts", "gradient": "control: the gradient", "shuffled": "control: LIME's, shuffled",
    "none": "control: no regions", "whole": "control: the whole picture", "autoaugment": "control: AutoAugment",
}  # fmt: skip


def random_parts(batch: Batch, used: Tensor, cells: int, area: float) -> Tensor:
    """(n, S) bool: the share `area` of the parts in use (n, S), drawn by lot; `cells` is how many parts were asked for.

    What is drawn for an image does not depend on how the others are cut.
    """
    width = 4 * cells
    drawn = batch.draw("regions", lambda shape, draws: torch.rand(shape, generator=draws), (width,))
    return largest(drawn[:, torch.arange(used.shape[1], device=drawn.device) % width], used, area)


def gradient_parts(sensitive: Tensor, used: Tensor, area: float) -> Tensor:
    """(n, S) bool: the share `area` of the parts in use (n, S) that move the answer most, whatever they speak for.

    None that does not move it at all:

    >>> gradient_parts(torch.tensor([[0.0, 3.0, 0.0, 1.0]]), torch.ones(1, 4).bool(), 0.75).tolist()
    [[False, True, False, True]]
    """
    return largest(sensitive, used, area) & (sensitive > 0)


def shuffled_masks(masks: Tensor, seed: int) -> Tensor:
    """LIME's masks or maps (N, H, W), each given to another image drawn by lot: sizes and shapes stay, places mean

    nothing now. A single one has nobody to go to: that image gets none.

    >>> shuffled_masks(torch.ones(1, 1, 2).bool(), 0).tolist()
    [[[False, False]]]
    """
    return exchanged_masks(masks, seed) if len(masks) > 1 else torch.zeros_like(masks)


def exchanged_masks(masks: Tensor, seed: int) -> Tensor:
    """Masks (N, H, W), each given to another image drawn by lot; none keeps its own. ValueError for fewer than two.

    >>> exchanged_masks(torch.eye(3).bool()[:, None], 0).flatten(1).float().argmax(dim=1).tolist() != [0, 1, 2]
    True
    """
    if len(masks) < 2:
        raise ValueError("to exchange masks between images takes at least two images")
    order = torch.randperm(len(masks), generator=torch.Generator().manual_seed(stream(seed, "shuffle")))
    given = torch.empty_like(order)
    given[order] = order.roll(1)
    return masks[given]


def moved_masks(masks: Tensor, seed: int) -> Tensor:
    """Masks (N, H, W), each moved as a whole by a step drawn by lot, never by none; what leaves one side comes in at
    the other. A mask that covers most of the image still overlaps itself.

    As many pixels, in the same shape:

    >>> moved_masks(torch.eye(3).bool()[None], 1).sum().item()
    3
    """
    draws, (height, width) = torch.Generator().manual_seed(stream(seed, "move")), masks.shape[1:]
    steps = torch.randint(1, height * width, (len(masks),), generator=draws).tolist()
    moved = [mask.roll((by // width, by % width), (0, 1)) for mask, by in zip(masks, steps, strict=True)]
    return torch.stack(moved) if moved else masks
