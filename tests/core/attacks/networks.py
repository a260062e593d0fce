"""Small networks, their images and what they answer, for what is compared with other libraries."""

import torch
from torch import Tensor, nn

from core.contracts.classifier import Classifier

EPS, STEP = 8 / 255, 2 / 255


def network(classes: int = 10, seed: int = 0) -> Classifier:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        net = nn.Sequential(
            nn.Conv2d(3, 8, 3, padding=1), nn.ReLU(), nn.AvgPool2d(2), nn.Flatten(), nn.Linear(8 * 64, classes)
        )
    for weight in net.parameters():
        weight.requires_grad_(False)
    labels = tuple(map(str, range(classes)))
    return Classifier(net.eval(), labels, (3, 16, 16), (0.4, 0.5, 0.6), (0.2, 0.25, 0.3))


def batch(classifier: Classifier, count: int = 6) -> tuple[Tensor, Tensor, Tensor]:
    """Images with black and white among them, the classifier's own answers, and classes that are never the answer."""
    generator = torch.Generator().manual_seed(1)
    images = (torch.rand(count, 3, 16, 16, generator=generator) * 1.4 - 0.2).clamp(0, 1)
    labels = classifier.probabilities(images).argmax(dim=1)
    shift = 1 + torch.arange(count) % (len(classifier.labels) - 1)
    return images, labels, (labels + shift) % len(classifier.labels)


def answers(classifier: Classifier, images: Tensor) -> Tensor:
    return classifier.probabilities(images).argmax(dim=1)
