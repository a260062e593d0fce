"""The control of an attack: noise of the same size, made from the attack's own change by shuffling it."""

import torch
from torch import Tensor


def shuffled_noise(image: Tensor, change: Tensor, count: int, seed: int) -> Tensor:
    """`count` images (count, C, H, W): `image` plus `change` with its pixels shuffled and their signs drawn at random.

    The noise has the change's size in every norm (the colour values of a pixel stay together, so the number of touched
    pixels is kept too), but none of its structure. A sign that would leave [0, 1] is turned round; what then still
    leaves it is clipped, which takes values above one half only. Draws depend on the seed alone.

    >>> image, change = torch.full((1, 2, 2), 0.5), torch.tensor([[[0.1, 0.2], [0.0, -0.3]]])
    >>> noise = shuffled_noise(image, change, 3, seed=0) - image
    >>> noise.abs().flatten(1).sort().values.round(decimals=4).unique(dim=0).tolist()
    [[0.0, 0.1..., 0.2..., 0.3...]]
    >>> signs = (shuffled_noise(torch.full((1, 8, 8), 0.5), torch.full((1, 8, 8), 0.1), 1, seed=0) - 0.5).sign()
    >>> signs.min().item(), signs.max().item(), abs(signs.mean().item()) < 0.4
    (-1.0, 1.0, True)
    """
    generator = torch.Generator().manual_seed(seed)
    channels, height, width = change.shape
    flat = change.reshape(channels, -1)
    made = []
    for _ in range(count):
        order = torch.randperm(height * width, generator=generator)
        signs = torch.randint(0, 2, (channels, height * width), generator=generator) * 2 - 1
        noise = (flat[:, order] * signs).reshape(change.shape)
        turned = _outside(image - noise) < _outside(image + noise)
        made.append((image + torch.where(turned, -noise, noise)).clamp(0, 1))
    return torch.stack(made)


def _outside(values: Tensor) -> Tensor:
    """By how much each value leaves [0, 1]."""
    return (values - values.clamp(0, 1)).abs()
