"""Classifiers small enough to solve by hand, for doctests and tests."""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn

from core.classifier import Classifier


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
