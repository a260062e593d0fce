"""The saliency of Greydanus et al. 2018 (arXiv 1711.00138): how far the logits move where an image is blurred."""

import math

import torch
from torch import Tensor
from torch.nn.functional import conv2d, interpolate, pad

from core.contracts.classifier import Classifier


def blurred(images: Tensor, sigma: float) -> Tensor:
    """Images (N, C, H, W) under a Gaussian of `sigma` pixels, the border repeated outwards.

    >>> [round(value, 4) for value in blurred(torch.tensor([[[[0.0, 1.0, 0.0]] * 3]]), 0.5)[0, 0, 1].tolist()]
    [0.1065, 0.7866, 0.1065]
    """
    radius = min(math.ceil(3 * sigma), min(images.shape[2:]) - 1)
    places = torch.arange(-radius, radius + 1, device=images.device, dtype=images.dtype)
    line = torch.exp(-places.square() / (2 * sigma**2))
    line, channels = line / line.sum(), images.shape[1]
    padded = pad(images, (radius,) * 4, mode="replicate")
    across = conv2d(padded, line.view(1, 1, 1, -1).expand(channels, 1, 1, -1), groups=channels)
    return conv2d(across, line.view(1, 1, -1, 1).expand(channels, 1, -1, 1), groups=channels).clamp(0, 1)


def blur_saliency(classifier: Classifier, images: Tensor, places: int, width: float, sigma: float) -> Tensor:
    """(N, H, W) S >= 0 of images (N, C, H, W), without gradients, in evaluation mode.

    S_ij = |z(x) - z(x (1 - G_ij) + blur(x) G_ij)|^2 / 2, z the logits and G_ij a bump of standard deviation `width`
    pixels and height 1 around the middle of cell (i, j) of `places` x `places`; between the middles it is bilinear.
    blur: of standard deviation `sigma` pixels.
    """
    _, _, height, width_ = images.shape
    rows, columns = (((torch.arange(places) + 0.5) / places * side - 0.5) for side in (height, width_))
    down = torch.exp(-(torch.arange(height) - rows[:, None]).square() / (2 * width**2)).to(images)
    across = torch.exp(-(torch.arange(width_) - columns[:, None]).square() / (2 * width**2)).to(images)
    with classifier.frozen(), torch.no_grad():
        soft, before = blurred(images, sigma), classifier(images)
        moved = [
            (classifier(images + (soft - images) * (down[i, :, None] * across[j])) - before).square().sum(dim=1) / 2
            for i in range(places)
            for j in range(places)
        ]
    coarse = torch.stack(moved, dim=1).view(-1, 1, places, places)
    return interpolate(coarse, (height, width_), mode="bilinear", align_corners=False)[:, 0]
