"""What every method expects of the images and class numbers it is handed."""

import torch
from torch import Tensor

from core.contracts.classifier import Classifier


def expect_batch(classifier: Classifier, images: Tensor, *indices: Tensor | None) -> None:
    """Raise ValueError unless images are (N, C, H, W) in [0, 1] and each of `indices` holds N class numbers."""
    if images.ndim != 4 or tuple(images.shape[1:]) != classifier.size:
        raise ValueError(f"expected images of shape (N, *{classifier.size}), got {tuple(images.shape)}")
    if not torch.isfinite(images).all() or images.min() < 0 or images.max() > 1:
        raise ValueError("expected images with every value in [0, 1]")
    for index in indices:
        if index is None:
            continue
        if tuple(index.shape) != (len(images),) or index.is_floating_point():
            raise ValueError(f"expected {len(images)} class numbers, got {tuple(index.shape)} {index.dtype}")
        if len(index) and (index.min() < 0 or index.max() >= len(classifier.labels)):
            raise ValueError(f"expected classes from 0 to {len(classifier.labels) - 1}")
