"""ResNet-20 for 32 x 32 colour images (He et al. 2016, arXiv 1512.03385, section 4.2), trained by this project."""

import torch
from torch import Tensor, nn

from core.base.rng import seeded
from core.classifiers._packaged import Packaged
from core.classifiers._preprocessing import usual
from core.contracts.classifier import Classifier
from core.contracts.interfaces import Source

LABELS = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")
CAM_LAYER = "blocks.8"


class Block(nn.Module):
    """Two 3 x 3 convolutions around a shortcut; 1 x 1 projection where the shape changes. Nothing happens in place."""

    def __init__(self, inputs: int, outputs: int, stride: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(outputs)
        self.relu1 = nn.ReLU()
        self.conv2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(outputs)
        self.relu2 = nn.ReLU()
        same = stride == 1 and inputs == outputs
        self.shortcut = (
            nn.Identity()
            if same
            else nn.Sequential(nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs))
        )

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.bn2(self.conv2(self.relu1(self.bn1(self.conv1(x)))))
        out: Tensor = self.relu2(y + self.shortcut(x))
        return out


class ResNet20(nn.Module):
    """Three stages of three blocks, 16, 32 and 64 channels; any input size from 8 x 8 on."""

    def __init__(self, classes: int = 10, channels: int = 3) -> None:
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(channels, 16, 3, 1, 1, bias=False), nn.BatchNorm2d(16), nn.ReLU())
        widths = [16, 16, 16, 16, 32, 32, 32, 64, 64, 64]
        strides = [1, 1, 1, 2, 1, 1, 2, 1, 1]
        self.blocks = nn.Sequential(*(Block(a, b, s) for a, b, s in zip(widths, widths[1:], strides, strict=False)))
        self.head = nn.Linear(64, classes)

    def forward(self, x: Tensor) -> Tensor:
        features = self.blocks(self.stem(x))
        out: Tensor = self.head(torch.flatten(features.mean(dim=(2, 3)), 1))
        return out


def fresh(seed: int = 0, labels: tuple[str, ...] = LABELS) -> Classifier:
    """An untrained classifier with weights drawn from `seed`, for its own classes or others."""
    with seeded(seed):
        net = ResNet20(len(labels))
    return usual("resnet20").around(net, labels, key="cifar10_resnet20", cam_layer=CAM_LAYER, samples="cifar10")


class Cifar10ResNet20(Packaged):
    key = "cifar10_resnet20"
    title = "CIFAR-10, ResNet-20"
    titles = {
        "standard": "Ordinary training · CIFAR-10 small pictures",
        "adversarial": "Robust twin · CIFAR-10 small pictures (adversarial training)",
        "fast_adversarial": "Refined, attacks alone · CIFAR-10 small pictures",
        "lime_guided": "Refined, LIME-guided · CIFAR-10 small pictures",
        "random_masks": "Refined, random regions (control) · CIFAR-10 small pictures",
        "mart": "MART · CIFAR-10 small pictures",
        "lipschitz_penalty": "Adaptive Lipschitz penalty · CIFAR-10 small pictures",
        "j_sigr": "J-SIGR · CIFAR-10 small pictures",
        "sgam": "SGAM, a mask in front · CIFAR-10 small pictures",
        "saliency_guided": "Saliency-guided training · CIFAR-10 small pictures",
        "sg_drop": "SGDrop · CIFAR-10 small pictures",
    }
    fresh = staticmethod(fresh)


CLASSIFIERS: tuple[type[Source], ...] = (Cifar10ResNet20,)
