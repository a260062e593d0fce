"""Normalisation: the only place where images in [0, 1] become what a network was trained on."""

from collections.abc import Sequence

from torch import Tensor


def normalised(images: Tensor, mean: Sequence[float], std: Sequence[float]) -> Tensor:
    """Images (N, C, H, W), less `mean`, over `std`, each a number for every channel or one for all.

    >>> import torch
    >>> normalised(torch.full((1, 1, 1, 1), 0.75), (0.5,), (0.25,)).item()
    1.0
    """
    return (images - images.new_tensor(mean).view(-1, 1, 1)) / images.new_tensor(std).view(-1, 1, 1)
