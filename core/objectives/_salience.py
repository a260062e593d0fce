"""Integrated Gradients of a batch, small enough to be made in training, and the most salient pixels."""

import torch
from torch import Tensor

from core.contracts.classifier import Classifier


def integrated_gradients(classifier: Classifier, images: Tensor, targets: Tensor, steps: int) -> Tensor:
    """(N, H, W): sum over channels of x times the mean gradient of log p_target at (k - 1/2) / steps of x from black.

    The midpoint rule for the integral of Sundararajan, Taly, Yan 2017 (arXiv 1703.01365).
    """
    total = torch.zeros_like(images)
    for k in range(steps):
        point = ((k + 0.5) / steps * images.detach()).requires_grad_(True)
        with torch.enable_grad():
            log_p = classifier(point).log_softmax(dim=1).gather(1, targets[:, None])
            total += torch.autograd.grad(log_p.sum(), point)[0] / steps
    return (images * total).sum(dim=1)


def most(maps: Tensor, share: float) -> Tensor:
    """(N, H, W) bool: the `share` of each map's pixels with the largest absolute values; of equal ones, the first.

    None where the map is 0: on a black ground there may be fewer.

    >>> most(torch.tensor([[[1.0, -3.0], [2.0, 0.0]]]), 0.5).tolist(), most(torch.zeros(1, 1, 2), 0.5).tolist()
    ([[[False, True], [True, False]]], [[[False, False]]])
    """
    flat = maps.flatten(1).abs()
    count = round(share * flat.shape[1])
    order = flat.argsort(dim=1, descending=True, stable=True)[:, :count]
    chosen = torch.zeros_like(flat, dtype=torch.bool).scatter_(1, order, True)
    return (chosen & (flat > 0)).view_as(maps)
