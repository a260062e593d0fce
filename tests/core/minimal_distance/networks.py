"""Networks whose nearest wrong answers are known without an attack: linear ones, and one of two pixels by looking."""

from functools import lru_cache

import torch
from torch import Tensor, nn

from core.contracts.classifier import Classifier
from core.contracts.toy_models import Linear


def linear_network(classes: int = 10, scale: float = 1.0) -> Classifier:
    generator = torch.Generator().manual_seed(0)
    weight = torch.randn(classes, 3, 8, 8, generator=generator) * torch.rand(classes, 1, 1, 1, generator=generator)
    return Classifier(Linear(scale * weight), tuple(map(str, range(classes))), (3, 8, 8))


def images_of(classifier: Classifier, count: int = 20) -> tuple[Tensor, Tensor]:
    """Images away from black and white, and what the classifier answers, the first one taken for wrong."""
    images = 0.4 + 0.2 * torch.rand(count, *classifier.size, generator=torch.Generator().manual_seed(1))
    labels = classifier.probabilities(images).argmax(dim=1)
    labels[0] = (labels[0] + 1) % len(classifier.labels)
    return images, labels


def closed_form_distances(classifier: Classifier, images: Tensor, labels: Tensor, norm: float) -> Tensor:
    """min over j of (z_y - z_j) / |w_y - w_j|, in the norm dual to `norm` (2 or inf), and 0 where that is below 0."""
    weight = classifier.net.weight.detach().flatten(1).double()  # type: ignore[operator, union-attr]
    logits = images.flatten(1).double() @ weight.T
    lead = logits.gather(1, labels[:, None]) - logits
    slopes = (weight[labels][:, None] - weight[None]).norm(dim=2, p=2 if norm == 2 else 1)
    away = torch.where(slopes == 0, torch.inf, lead / slopes)
    return away.min(dim=1).values.clamp_min(0)


@lru_cache
def two_pixels() -> Classifier:
    """Three classes whose regions in the plane of two pixels have curved borders."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(3)
        net = nn.Sequential(nn.Flatten(), nn.Linear(2, 24), nn.Tanh(), nn.Linear(24, 24), nn.Tanh(), nn.Linear(24, 3))
    for weight in net.parameters():
        weight.data *= 2.5
    return Classifier(net.eval(), ("a", "b", "c"), (1, 1, 2))


def plane(half_width: float = 1.0, points: int = 801) -> Tensor:
    """(points^2, 1, 1, 2): a fine grid around (0.5, 0.5), beyond [0, 1] too."""
    side = torch.linspace(0.5 - half_width, 0.5 + half_width, points)
    return torch.stack(torch.meshgrid(side, side, indexing="ij"), dim=-1).view(-1, 1, 1, 2)
