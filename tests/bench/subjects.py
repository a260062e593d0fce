"""The networks and pictures that every row uses."""

from dataclasses import replace
from functools import cache

import numpy as np
import torch
from torch import Tensor, nn
from torchvision.transforms import Normalize

from core.base.paths import CHECKPOINTS
from core.catalog import load_classifier
from core.classifiers import cifar10_resnet20
from core.contracts.classifier import Classifier
from core.images.samples import sample_images


@cache
def large() -> Classifier:
    """EfficientNet-Lite0 with its ImageNet weights: 224 px, 1,000 classes."""
    return load_classifier("imagenet_efficientnet_lite0")


@cache
def small() -> Classifier:
    """ResNet-20 for CIFAR-10, 32 px, 10 classes: the trained one that ships, else one with random weights."""
    if (CHECKPOINTS / "cifar10_resnet20_standard.safetensors").is_file():
        return load_classifier("cifar10_resnet20:standard")
    made = replace(cifar10_resnet20.fresh(0), key="cifar10_resnet20 with random weights")
    made.net.eval()
    return made


def pictures(classifier: Classifier, count: int) -> tuple[Tensor, Tensor]:
    """`count` gallery pictures, over again where there are fewer, and the classifier's answers for them."""
    found = sample_images(classifier, count)
    images = found.repeat(-(-count // len(found)), 1, 1, 1)[:count]
    return images, classifier.probabilities(images).argmax(dim=1)


def plain(classifier: Classifier) -> nn.Module:
    """What a user would hand to another library: a copy of the network behind its preprocessing, nothing of ours."""
    normalise = Normalize(classifier.mean, classifier.std)
    return nn.Sequential(normalise, classifier.copy().net).eval()


def for_lime(net: nn.Module, images: np.ndarray) -> np.ndarray:
    """What the `lime` package calls: (N, H, W, C) -> probabilities (N, K)."""
    with torch.no_grad():
        return net(torch.from_numpy(images).permute(0, 3, 1, 2).float()).softmax(dim=1).numpy()


def as_lime(image: Tensor) -> np.ndarray:
    """(C, H, W) -> (H, W, C) in double precision, what the `lime` package takes."""
    return image.permute(1, 2, 0).double().numpy()
