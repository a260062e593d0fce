"""A toy problem for training tests: small nets over 1 x 6 x 6 images that are bright on the left or on the right."""

from dataclasses import replace

import torch
from torch import Tensor, nn

from core.catalog import LAYERS
from core.contracts.batch import Batch
from core.contracts.classifier import Classifier
from core.contracts.interfaces import Images
from core.contracts.layer import with_layers
from core.contracts.objective import Objective
from core.occlusion.superpixels import grid

CELLS = grid(6, 6, 2, 2)  # the four parts of a toy image


def small(seed: int = 0, *, norm: bool = True, dropout: float = 0.0) -> Classifier:
    """An untrained two-class network, with batch normalisation and dropout if asked for."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        middle = nn.BatchNorm2d(4) if norm else nn.Identity()
        net = nn.Sequential(nn.Conv2d(1, 4, 3), middle, nn.ReLU(), nn.Flatten(), nn.Dropout(dropout), nn.Linear(64, 2))
    return Classifier(net, ("left", "right"), (1, 6, 6), key="small", cam_layer="2")


def ready(objective: Objective | type[Objective], seed: int = 0, *, norm: bool = True) -> Classifier:
    """`small` for this objective: with the layer that it needs, which needs batch normalisation."""
    layers = [LAYERS[objective.needs]()] if objective.needs else []
    return with_layers(small(seed, norm=norm or bool(layers)), layers)


def sure(seed: int = 0, *, norm: bool = True) -> Classifier:
    """The same, when it has learnt to tell the images below apart; LIME finds something in it."""
    classifier = small(seed, norm=norm)
    images, labels = separable(128)
    learner = torch.optim.Adam(classifier.net.parameters(), lr=0.02)
    for _ in range(60):
        learner.zero_grad()
        nn.functional.cross_entropy(classifier(images), labels).backward()
        learner.step()
    classifier.net.zero_grad(set_to_none=True)
    classifier.net.eval()
    return classifier


def separable(count: int = 256) -> tuple[Tensor, Tensor]:
    """Images bright on the left (0) or on the right (1), by a wide margin."""
    generator = torch.Generator().manual_seed(0)
    labels = torch.randint(0, 2, (count,), generator=generator)
    images = torch.rand(count, 1, 6, 6, generator=generator) * 0.2
    for side in (0, 1):
        images[labels == side, :, :, 3 * side : 3 * side + 3] += 0.7
    return images, labels


def dataset(count: int = 256) -> Images:
    """The same as a data set."""
    images, labels = separable(count)
    return Images((images * 255).round().to(torch.uint8), labels, ("left", "right"))


def whole(images: Tensor, labels: Tensor, seed: int = 0) -> Batch:
    """One batch of all of them."""
    return Batch(images, labels, torch.arange(len(labels)), seed, 0, len(labels))


def draw(*shape: int, seed: int = 0) -> Tensor:
    return torch.rand(*shape, generator=torch.Generator().manual_seed(seed))


def guided_batch(count: int = 12, seed: int = 3) -> Batch:
    images, labels = separable(count)
    return replace(whole(images, labels, seed), masks=CELLS.expand(count, -1, -1) == 3, others=images.roll(-1, dims=0))


def mapped_batch(count: int = 12, seed: int = 3) -> Batch:
    """A batch with maps of mean 1, below 0 in places, of the images and of the next ones."""
    images, labels = separable(count)
    maps = draw(count, 4, seed=seed) - 0.2
    maps = (maps * 4 / maps.sum(dim=1, keepdim=True))[:, CELLS]
    return replace(
        whole(images, labels, seed), masks=maps, others=images.roll(-1, dims=0), other_labels=labels.roll(-1),
        other_masks=maps.roll(-1, dims=0),
    )  # fmt: skip


class LinearProbability(nn.Module):
    """p(yes) = 0.1 + sum of weight * image."""

    def __init__(self, weight: Tensor) -> None:
        super().__init__()
        self.weight = nn.Parameter(weight)

    def forward(self, images: Tensor) -> Tensor:
        yes = 0.1 + (images * self.weight).flatten(1).sum(dim=1, keepdim=True)
        return torch.cat([yes, 1 - yes], dim=1).log()
