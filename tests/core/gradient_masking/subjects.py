"""What the checklist is tried on: shipped and masked networks on the digits of the gallery, and planted ones."""

from collections.abc import Callable
from dataclasses import replace

import torch
from torch import Tensor, nn

from core.catalog import load_classifier
from core.contracts.classifier import Classifier
from core.contracts.strength import ON_DIGITS
from core.gradient_masking.subject import Subject, subject
from core.images.samples import gallery, sample_images


def digits(name: str, count: int = 40, **more: object) -> Subject:
    """A classifier of the catalogue on the gallery's digits."""
    classifier = load_classifier(name)
    samples = gallery("mnist")
    chosen = [samples[index * len(samples) // count] for index in range(count)]
    labels = torch.tensor([int(str(each.index)) for each in chosen])
    return subject(classifier, sample_images(classifier, count), labels, ON_DIGITS, **more)  # type: ignore[arg-type]


class Function(nn.Module):
    """Scores (score, 0) of two classes from any function of the images."""

    def __init__(self, score: Callable[[Tensor], Tensor]) -> None:
        super().__init__()
        self.score, self.unused = score, nn.Parameter(torch.zeros(1))

    def forward(self, images: Tensor) -> Tensor:
        score = self.score(images)
        return torch.stack([score, torch.zeros_like(score)], dim=1)


def planted(score: Callable[[Tensor], Tensor], side: int = 4) -> Classifier:
    return Classifier(Function(score), ("yes", "no"), (1, side, side), key="planted")


def of(classifier: Classifier, eps: float, count: int = 100, **more: object) -> Subject:
    """Random grey images around the middle, labelled with the first class; those answered otherwise are left out."""
    drawn = torch.rand(count, *classifier.size, generator=torch.Generator().manual_seed(0))
    images = 0.4 + 0.2 * drawn
    return subject(classifier, images, torch.zeros(count).long(), eps, **more)  # type: ignore[arg-type]


def probabilities_of(classifier: Classifier) -> Classifier:
    """The same answers, told as probabilities."""
    return replace(classifier, net=nn.Sequential(classifier.net, nn.Softmax(dim=1)), cam_layer="", fingerprint="")
