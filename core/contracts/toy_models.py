"""Classifiers small enough to solve by hand, for doctests and tests."""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn

from core.base.rng import seeded
from core.contracts.classifier import Classifier


class Linear(nn.Module):
    """logits_k = sum of weight_k * image; weight (K, C, H, W)."""

    def __init__(self, weight: Tensor) -> None:
        super().__init__()
        self.weight = nn.Parameter(weight)

    def forward(self, images: Tensor) -> Tensor:
        return images.flatten(1) @ self.weight.flatten(1).T


def linear(weight: Sequence[Any]) -> Classifier:
    """A classifier whose logits are linear in the pixels; `weight` is nested lists of shape (K, C, H, W)."""
    values = torch.tensor(weight, dtype=torch.float32)
    labels = tuple(f"class {index}" for index in range(len(values)))
    return Classifier(Linear(values), labels, (values.shape[1], values.shape[2], values.shape[3]), key="planted")


class LinearProbability(nn.Module):
    """logits (log p, log(1 - p)), p = base + sum of weight * image; weight (C, H, W)."""

    def __init__(self, weight: Tensor, base: float) -> None:
        super().__init__()
        self.weight, self.base = nn.Parameter(weight), base

    def forward(self, images: Tensor) -> Tensor:
        p = self.base + images.flatten(1) @ self.weight.flatten()
        return torch.stack([p, 1 - p], dim=1).log()


def linear_probability(weight: Sequence[Any], base: float) -> Classifier:
    """A classifier whose probability of the first of two classes is linear in the pixels; `weight` has (C, H, W).

    `cam_layer` puts out the image itself. What is asked must keep the probability between 0 and 1.
    """
    values = torch.tensor(weight, dtype=torch.float32)
    net = nn.Sequential(nn.Identity(), LinearProbability(values, base))
    size = (values.shape[0], values.shape[1], values.shape[2])
    return Classifier(net, ("yes", "no"), size, key="planted_probability", cam_layer="0")


def checkers(size: int, channels: int = 3) -> Tensor:
    """(C, size, size): +1 and -1 by turns, the pattern that `quadrant` looks for."""
    places = torch.arange(size)
    return (1 - 2 * ((places[:, None] + places) % 2)).float().expand(channels, -1, -1)


def quadrant(size: int = 32, channels: int = 3) -> Classifier:
    """A small convolutional classifier of two classes whose logits, s and -s, depend on the upper left quadrant alone.

    Eight 4 x 4 filters that do not overlap, ReLU (`cam_layer`), one linear layer. s rises with checkers and with light
    in the quadrant; the filters, though not s, answer to checkers anywhere, and not to dim plain surfaces.
    """
    side = size // 4
    generator = torch.Generator().manual_seed(0)
    with seeded(0):  # their own first weights are drawn from the global generator, and replaced below
        convolution, head = nn.Conv2d(channels, 8, 4, stride=4), nn.Linear(8 * side * side, 2)
    inside = torch.zeros(8, side, side)
    inside[:, : side // 2, : side // 2] = torch.rand(8, side // 2, side // 2, generator=generator) + 0.5
    filters = torch.rand(8, channels, 4, 4, generator=generator) + 2 * checkers(4, channels)
    convolution.load_state_dict({"weight": filters / (16 * channels), "bias": torch.linspace(-0.3, -0.2, 8)})
    weight = torch.stack([inside.flatten(), -inside.flatten()]) / inside.sum()
    head.load_state_dict({"weight": weight * 2, "bias": torch.tensor([-0.5, 0.5])})
    net = nn.Sequential(convolution, nn.ReLU(), nn.Flatten(), head)
    return Classifier(net, ("checkers", "plain"), (channels, size, size), key="planted_quadrant", cam_layer="1")
