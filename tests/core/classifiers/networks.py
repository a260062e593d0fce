"""Networks with random weights, images for them, and what a network is before and after."""

import torch
from torch import nn

from core.classifiers import torchvision_imagenet
from core.contracts.classifier import Classifier


def of_torchvision(name: str) -> Classifier:
    """A torchvision network with random weights in its own preprocessing."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(1)
        return torchvision_imagenet.classifier(name, torchvision_imagenet.build(name))


def draw(classifier: Classifier, count: int = 2) -> torch.Tensor:
    return torch.rand(count, *classifier.size, generator=torch.Generator().manual_seed(0))


def state(net: nn.Module) -> tuple[list[bool], list[bool], list[torch.Tensor]]:
    return (
        [module.training for module in net.modules()],
        [weight.requires_grad for weight in net.parameters()],
        [value.clone() for value in net.state_dict().values()],
    )


def same(one: tuple, other: tuple) -> bool:
    return one[:2] == other[:2] and all(torch.equal(a, b) for a, b in zip(one[2], other[2], strict=True))
