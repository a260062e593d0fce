"""Ordinary noise, as large as an attack and without its aim: what a detector of attacks should let pass."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

import torch
from torch import Tensor

from core.contracts.batch import stream

Draw = Callable[[tuple[int, ...], torch.Generator], Tensor]


def _signs(shape: tuple[int, ...], draws: torch.Generator) -> Tensor:
    return torch.randint(0, 2, shape, generator=draws) * 2.0 - 1


def _uniform(shape: tuple[int, ...], draws: torch.Generator) -> Tensor:
    return torch.rand(shape, generator=draws) * 2 - 1


def _normal(shape: tuple[int, ...], draws: torch.Generator) -> Tensor:
    return torch.randn(shape, generator=draws)


NOISES: Mapping[str, Draw] = MappingProxyType({"uniform": _uniform, "signs": _signs, "gaussian": _normal})
WORDS: Mapping[str, str] = MappingProxyType(
    {
        "uniform": "every value changed by up to the size, evenly",
        "signs": "every value changed by the whole size, up or down at random",
        "gaussian": "normal noise with the size as its standard deviation",
    }
)
LEARNT = ("uniform", "signs")  # kinds that a detector may be shown; the other is kept for the test


def noisy(images: Tensor, kind: str, size: float, *, seed: int = 0, first: int = 0) -> Tensor:
    """images (N, C, H, W) in [0, 1] with noise of a kind of NOISES and a size (a fraction of the full range), clipped.

    What is drawn for an image hangs on the seed, the kind and its place alone; `first` is the place of the first.

    >>> found = noisy(torch.full((1, 1, 2, 8), 0.5), "signs", 0.25)
    >>> sorted(set(found.flatten().tolist()))
    [0.25, 0.75]
    """
    if kind not in NOISES:
        raise ValueError(f"expected a noise among {', '.join(NOISES)}, got {kind[:60]!r}")
    made = [
        NOISES[kind](tuple(image.shape), torch.Generator().manual_seed(stream(seed, kind, first + place)))
        for place, image in enumerate(images)
    ]
    return (images + size * torch.stack(made)).clamp(0, 1) if made else images.clone()


def noise_to_learn(images: Tensor, strength: float, *, seed: int = 0) -> Tensor:
    """Each image once with uniform noise or random signs of the size `strength`, by lot.

    For a detector to learn from as originals: one that has never seen noise takes any for an attack.
    """
    draws = torch.Generator().manual_seed(stream(seed, "noise to learn"))
    lots = torch.randint(0, len(LEARNT), (len(images),), generator=draws).tolist()
    made = [
        noisy(images[place : place + 1], LEARNT[lot], strength, seed=seed, first=place)
        for place, lot in enumerate(lots)
    ]
    return torch.cat(made) if made else images.clone()
