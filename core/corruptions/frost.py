"""Frost on the lens or the window (Hendrycks, Dietterich 2019), with frost that is made, not photographed."""

from dataclasses import dataclass
from functools import lru_cache

import torch
from torch import Tensor

from core.contracts.corruption import CITE, SMALL, Corruption, Draws
from core.corruptions._drawn import whole

LOOKS = (  # red, green, blue of the frost and how far each spreads, in levels, and how fast fine detail fades
    ((78, 149, 166), (27, 16, 15), 2.1),
    ((201, 205, 214), (21, 22, 23), 1.9),
    ((201, 205, 214), (21, 22, 23), 1.9),
    ((138, 153, 166), (29, 29, 30), 1.5),
    ((112, 123, 135), (44, 43, 42), 2.1),
)
SMALL_SIDE, LARGE_SIDE = 128, 512  # of a texture; it goes on at the opposite edge
FINER = 0.3  # added to the fading where pictures are large: a photograph shown five times larger is smoother


@dataclass(frozen=True)
class Frost(Corruption):
    """x' = keep x + c frost, one of five pictures of frost, at a place drawn, in levels from 0 to 255.

    [reconstructed: the published set's frost pictures are not part of this project] The five are noise of a fixed seed,
    ridged as crystals are, with mean and spread of the published photographs, and neighbours that differ as much.
    """

    key = "frost"
    title = "Frost"
    plain = "Frost lies over the picture, as on a window in winter; its texture is made, not photographed."
    cite = CITE
    group = "weather"
    reconstructed = "the published set's frost pictures are not part of this project"
    small = ((1, 0.2), (1, 0.3), (0.9, 0.4), (0.85, 0.4), (0.75, 0.45))  # keep, c
    large = ((1, 0.4), (0.8, 0.6), (0.7, 0.7), (0.65, 0.7), (0.6, 0.75))

    def run(self, images: Tensor, setting: tuple[float, float], draws: Draws) -> Tensor:
        keep, thickness = setting
        channels, height, width = images.shape[1:]
        side = SMALL_SIDE if max(height, width) <= SMALL else LARGE_SIDE
        look = whole(draws, 0, len(LOOKS))
        top, left = whole(draws, 0, side, 2).unbind(dim=1)
        rows = (top[:, None] + torch.arange(height)).remainder(side)[:, :, None]
        columns = (left[:, None] + torch.arange(width)).remainder(side)[:, None, :]
        frost = textures(side)[look[:, None, None], rows, columns].permute(0, 3, 1, 2)
        if channels == 1:
            frost = frost.mean(dim=1, keepdim=True)
        return keep * images.double() + thickness * frost


@lru_cache(maxsize=2)
def textures(side: int) -> Tensor:
    """The five pictures of frost (5, side, side, 3), in levels from 0 to 255, always the same."""
    made = []
    for number, (colour, spread, fading) in enumerate(LOOKS):
        generator = torch.Generator().manual_seed(number)
        fading += FINER if side == LARGE_SIDE else 0.0
        grain, ridges = noise(side, fading, generator), -noise(side, fading, generator).abs()
        field = standard(grain + standard(ridges))[..., None]
        made.append(torch.tensor(colour) + torch.tensor(spread) * field)
    return torch.stack(made).clamp(0, 255)


def noise(side: int, fading: float, generator: torch.Generator) -> Tensor:
    """Noise (side, side) on a torus, of mean 0 and deviation 1, whose power falls as frequency^-fading."""
    along, across = torch.fft.fftfreq(side)[:, None], torch.fft.rfftfreq(side)[None]
    power = (along**2 + across**2).clamp_min(1 / side**2).double() ** (-fading / 2)
    white = torch.randn(side, side, generator=generator, dtype=torch.float64)
    return standard(torch.fft.irfft2(torch.fft.rfft2(white) * power.sqrt(), s=(side, side)))


def standard(values: Tensor) -> Tensor:
    """The same with mean 0 and deviation 1."""
    return (values - values.mean()) / values.std()


CORRUPTIONS: tuple[type[Corruption], ...] = (Frost,)
