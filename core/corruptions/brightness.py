"""More light (Hendrycks, Dietterich 2019)."""

from dataclasses import dataclass

import torch
from torch import Tensor

from core.contracts.corruption import CITE, Corruption, Draws


@dataclass(frozen=True)
class Brightness(Corruption):
    """c is added to the value V of HSV, the largest of a pixel's colours, up to white; hue and saturation stay.

    With V' = min(V + c, 1) that is x' = x V' / V, and grey of V' for a black pixel. At severity 5, c = 0.3, which is
    76.5 levels: a pixel 102, 51, 0 has V = 102 and V' = 178.5, 1.75 times as much: 178, 89, 0. Black becomes 76.

    >>> Brightness()(torch.tensor([102, 51, 0], dtype=torch.uint8).view(1, 3, 1, 1), 5).flatten().tolist()
    [178, 89, 0]
    >>> Brightness()(torch.tensor([0, 0, 0], dtype=torch.uint8).view(1, 3, 1, 1), 5).flatten().tolist()
    [76, 76, 76]
    """

    key = "brightness"
    title = "Brightness"
    plain = "The picture is too bright, its colours otherwise the same."
    cite = CITE
    group = "weather"
    small = (0.05, 0.1, 0.15, 0.2, 0.3)
    large = (0.1, 0.2, 0.3, 0.4, 0.5)

    def run(self, images: Tensor, setting: float, draws: Draws) -> Tensor:
        levels = images.double()
        value = levels.amax(dim=1, keepdim=True)
        lifted = (value + 255 * setting).clamp_max(255)
        return torch.where(value > 0, levels * lifted / value.clamp_min(1), lifted)


CORRUPTIONS: tuple[type[Corruption], ...] = (Brightness,)
