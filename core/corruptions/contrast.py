"""Less contrast (Hendrycks, Dietterich 2019)."""

from dataclasses import dataclass

from torch import Tensor

from core.contracts.corruption import CITE, Corruption, Draws


@dataclass(frozen=True)
class Contrast(Corruption):
    """x' = (x - mean) c + mean, the mean of each colour over the picture.

    Levels 0 and 200 have mean 100; at severity 2, c = 0.5, they come half as near: 50 and 150.

    >>> import torch
    >>> Contrast()(torch.tensor([0, 200], dtype=torch.uint8).view(1, 1, 1, 2), 2).flatten().tolist()
    [50, 150]
    """

    key = "contrast"
    title = "Contrast"
    plain = "The picture is pale: every colour is nearer to the picture's mean."
    cite = CITE
    group = "digital"
    small = (0.75, 0.5, 0.4, 0.3, 0.15)
    large = (0.4, 0.3, 0.2, 0.1, 0.05)

    def run(self, images: Tensor, setting: float, draws: Draws) -> Tensor:
        levels = images.double()
        mean = levels.mean(dim=(2, 3), keepdim=True)
        return (levels - mean) * setting + mean


CORRUPTIONS: tuple[type[Corruption], ...] = (Contrast,)
