"""Whether the rules of core.explainers._deeplift_rules reach through a network; shap takes the others."""

from typing import Any
from weakref import WeakKeyDictionary

import torch
from torch import nn

from core.contracts.classifier import Classifier
from core.explainers._deeplift_rules import KINDS, POOLS
from core.explainers._deeplift_support import _CURVED

_known: "WeakKeyDictionary[nn.Module, bool]" = WeakKeyDictionary()


def follows(classifier: Classifier) -> bool:
    """Whether these rules fit a network that core.explainers._deeplift_support has nothing against.

    Its layers must be of kinds with a rule here, and images stay apart along the first dimension of what they take.
    """
    if classifier.net not in _known:
        _known[classifier.net] = all(map(_ruled, classifier.net.modules())) and _in_rows(classifier)
    return _known[classifier.net]


def _ruled(module: nn.Module) -> bool:
    return type(module) in KINDS and _windows_apart(module) or type(module).__name__ not in _CURVED


def _in_rows(classifier: Classifier) -> bool:
    """Whether each layer takes one tensor, of as many rows as there are images; tried with batches of two sizes."""
    with classifier.frozen():
        net = classifier.copy().net.double()
    fits: list[bool] = []
    for count in (2, 3):

        def look_at(layer: nn.Module, inputs: tuple[Any, ...], count: int = count) -> None:
            dimensions = POOLS[type(layer)][0] + 2 if type(layer) in POOLS else 0
            rows = len(inputs) == 1 and len(inputs[0]) == count
            fits.append(rows and dimensions in (0, inputs[0].ndim))

        handles = [layer.register_forward_pre_hook(look_at) for layer in net.modules() if type(layer) in KINDS]
        with torch.no_grad():
            net(torch.zeros(count, *classifier.size, device=classifier.device, dtype=torch.float64))
        for handle in handles:
            handle.remove()
    return all(fits)


def _windows_apart(layer: nn.Module) -> bool:
    """Whether no input is in two windows of a layer of max pooling; True of any other layer."""
    if not isinstance(layer, nn.MaxPool1d | nn.MaxPool2d | nn.MaxPool3d):
        return True
    dimensions = POOLS[type(layer)][0] if type(layer) in POOLS else 0
    kernel, stride, dilation = (
        (size,) * dimensions if isinstance(size, int) else tuple(size)
        for size in (layer.kernel_size, layer.stride, layer.dilation)
    )
    whole = all(step >= side for step, side in zip(stride, kernel, strict=True))
    return whole and set(dilation) == {1} and not layer.return_indices
