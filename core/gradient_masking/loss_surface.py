"""The loss around one image: along the sign of its gradient, and across it in a random direction."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from core.contracts.checks import expect_batch
from core.contracts.classifier import Classifier
from core.contracts.finite import expect_finite
from core.gradient_masking.walk import LOSSES, View, gradient

SPAN = 16 / 255
POINTS = 41
BATCH = 200


@dataclass(frozen=True, eq=False)
class Surface:
    """loss (P, P): row i, column j at b = offsets[i] across and a = offsets[j] along; wrong (P, P) bool: the answer is
    wrong there. offsets (P,), rising, 0 in the middle.
    """

    loss: Tensor
    wrong: Tensor
    offsets: Tensor
    view: View


def directions(
    classifier: Classifier, image: Tensor, label: int, *, view: View = "textbook", seed: int = 0
) -> tuple[Tensor, Tensor]:
    """(d1, d2), each (C, H, W): the sign of the loss's gradient at the image, and +-1 drawn by `seed`.

    Where the gradient is zero, so is d1, and the attack's way is a point.
    """
    images, labels = image[None].to(classifier.device), torch.tensor([label], device=classifier.device)
    with classifier.frozen():
        along = gradient(classifier, images, labels, view)[0].sign().cpu()
    across = torch.randint(0, 2, image.shape, generator=torch.Generator().manual_seed(seed)) * 2.0 - 1
    return along, across


def surface(
    classifier: Classifier,
    image: Tensor,
    label: int,
    along: Tensor,
    across: Tensor,
    *,
    span: float = SPAN,
    points: int = POINTS,
    view: View = "textbook",
    batch: int = BATCH,
) -> Surface:
    """L(x + a d1 + b d2) for a, b from -span to span, each point clipped to [0, 1] as every attack's is.

    image (C, H, W) in [0, 1]. With the same directions, surfaces of two models show the same pictures. ValueError for
    a span that is not above 0 or fewer than three points a side, or an even number of them, which has no middle.

    On a linear two-class model the lead of the other class is -(z0 - z1); with weights (2, -2), d1 = (-1, 1):

    >>> from core.contracts.toy_models import linear
    >>> model, image = linear([[[[2.0, -2.0]]], [[[0.0, 0.0]]]]), torch.full((1, 1, 2), 0.5)
    >>> along, across = directions(model, image, 0)
    >>> along.flatten().tolist()
    [-1.0, 1.0]
    >>> found = surface(model, image, 0, along, across, span=0.25, points=3)
    >>> [round(value, 4) for value in found.loss[1].tolist()]  # log(1 + exp m) at m = -1, 0, 1
    [0.3133, 0.6931, 1.3133]
    """
    if not (math.isfinite(span) and span > 0) or points < 3 or points % 2 == 0:
        raise ValueError(f"expected a span above 0 and an odd number of points from 3, got {span:g} and {points}")
    labels = torch.tensor([label], device=classifier.device)
    expect_batch(classifier, image[None], labels)
    steps = torch.linspace(-1, 1, points)
    steps[points // 2] = 0.0  # exactly
    offsets = steps * span
    b, a = torch.meshgrid(offsets, offsets, indexing="ij")
    pairs = torch.stack([a.flatten(), b.flatten()], dim=1)
    losses, wrong = [], []
    with classifier.frozen(), torch.no_grad():
        for part in torch.split(pairs, batch):
            moved = image + part[:, 0].view(-1, 1, 1, 1) * along + part[:, 1].view(-1, 1, 1, 1) * across
            logits = expect_finite(classifier(moved.clamp(0, 1).to(classifier.device)), "the model's answer")
            own = labels.expand(len(part))
            losses.append(LOSSES[view](logits, own).cpu())
            wrong.append((logits.argmax(dim=1) != own).cpu())
    return Surface(torch.cat(losses).view(points, points), torch.cat(wrong).view(points, points), offsets, view)


def side_by_side(
    classifiers: Mapping[str, Classifier], image: Tensor, label: int, *, span: float = SPAN, points: int = POINTS,
    view: View = "textbook", seed: int = 0,
) -> dict[str, Surface]:  # fmt: skip
    """A surface of each model by its name, each along its own gradient and across in the same random direction."""
    found = {}
    for name, classifier in classifiers.items():
        along, across = directions(classifier, image, label, view=view, seed=seed)
        found[name] = surface(classifier, image, label, along, across, span=span, points=points, view=view)
    return found


def shared_range(surfaces: Sequence[Surface]) -> tuple[float, float]:
    """The least and the largest loss of all of them: one scale for what stands side by side."""
    return min(float(each.loss.min()) for each in surfaces), max(float(each.loss.max()) for each in surfaces)
