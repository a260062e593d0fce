"""Structural similarity of two maps (Wang et al. 2004), by scikit-image."""

from dataclasses import dataclass

import torch
from torch import Tensor

from core.base.params import param
from core.contracts.map_distance import MapDistance


@dataclass(frozen=True)
class Ssim(MapDistance):
    """The mean over windows of luminance, contrast and structure compared (Wang et al. 2004, eq. 13); from -1 to 1.

    Both maps are divided by the largest absolute value in either, so the values lie in [-1, 1] and the range is 2. The
    window is a square of `window` pixels, or the largest odd one that fits. 1 where both maps are all zero.

    A map against its negative in one 3 x 3 window, alternating +1, -1: means m = 1/9 and -1/9, variances v = 10/9, all
    by hand: (c1 - 2 m^2) (c2 - 2 v) / ((c1 + 2 m^2) (c2 + 2 v)) = 0.971 with c1 = 0.0004, c2 = 0.0036.

    >>> sign = torch.tensor([[1.0, -1.0, 1.0], [-1.0, 1.0, -1.0], [1.0, -1.0, 1.0]])[None]
    >>> m, v = 1 / 9, 10 / 9
    >>> hand = (0.0004 - 2 * m**2) * (0.0036 - 2 * v) / ((0.0004 + 2 * m**2) * (0.0036 + 2 * v))
    >>> round(Ssim()(sign, -sign).item(), 4) == round(hand, 4), Ssim()(sign, sign).item()
    (True, 1.0)
    """

    key = "ssim"
    title = "Structural similarity (SSIM)"
    plain = "How alike the two maps look, patch by patch: 1 the same picture, 0 nothing alike, below 0 inverted."
    cite = "Wang, Bovik, Sheikh, Simoncelli 2004, IEEE TIP 13(4); scikit-image"
    same = 1.0
    moved = "lower"

    window: int = param(7, low=3, high=31, step=2, title="Window", unit="px", help="Side of the patches compared; odd")

    def __call__(self, before: Tensor, after: Tensor) -> Tensor:
        from skimage.metrics import structural_similarity

        side = min(self.window, *before.shape[1:])
        side -= 1 - side % 2
        if side < 3:
            raise ValueError(f"expected maps of at least 3 x 3 pixels, got {tuple(before.shape[1:])}")
        found = []
        for first, second in zip(before.detach().cpu().double(), after.detach().cpu().double(), strict=True):
            peak = max(first.abs().max().item(), second.abs().max().item())
            scale = peak if peak > 0 else 1.0
            pair = (first / scale).numpy(), (second / scale).numpy()
            found.append(float(structural_similarity(*pair, win_size=side, data_range=2.0)))
        return torch.tensor(found)


MAP_DISTANCES: tuple[type[MapDistance], ...] = (Ssim,)
