"""The attack of Woods, Chen, Teuscher (2019, arXiv 1906.02896) that ARA is measured with: the smallest RMS change."""

from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor
from torch.nn.functional import softmax

from core.contracts.attack_loss import label_loss
from core.contracts.checks import expect_batch
from core.contracts.classifier import Classifier
from core.contracts.finite import expect_finite
from core.contracts.rms_walk import rms_walk

Aim = Literal["attack", "btr"]  # another answer; or no better than random, p_y <= 1 / K
STEPS = 450
EPS = 20.0  # what STEPS steps add up to, most of which goes into making smaller what was found
MOMENTUM = 0.9


@dataclass(frozen=True, eq=False)
class Smallest:
    """change (N, C, H, W): the smallest that succeeded, zero where none did; distance (N,): its root mean square, inf
    where none did; first (N,): the step of the first success, from 0 (nothing had to be changed), -1 where none did.
    """

    change: Tensor
    distance: Tensor
    first: Tensor

    def late(self, steps: int) -> Tensor:
        """(N,) bool: first success after half the steps, or none, so that little was left to make it smaller."""
        return (self.first < 0) | (self.first > steps // 2)


def succeeded(logits: Tensor, labels: Tensor, aim: Aim) -> Tensor:
    """(N, K), (N,) -> (N,) bool.

    >>> logits = torch.tensor([[1.0, 0.9, 0.0], [1.0, 1.1, -3.0], [1.0, 3.0, 0.0]])
    >>> [succeeded(logits, torch.zeros(3).long(), aim).tolist() for aim in ("attack", "btr")]
    [[False, True, True], [False, False, True]]
    """
    if aim == "attack":
        return logits.argmax(dim=1) != labels
    return softmax(logits, dim=1).gather(1, labels[:, None])[:, 0] <= 1 / logits.shape[1]


def smallest_rms(
    classifier: Classifier,
    images: Tensor,
    labels: Tensor,
    aim: Aim = "attack",
    *,
    steps: int = STEPS,
    eps: float | None = None,
    momentum: float = MOMENTUM,
) -> Smallest:
    """The smallest change by RMS that makes images (N, C, H, W) in [0, 1] succeed at `aim`, among all points visited.

    Step t = 0 ... N - 1 has length eta_t = eps (N - t) / (N (N + 1) / 2), which add up to eps (None: 20 for 450 steps,
    for others in proportion). Its direction climbs the cross-entropy of the label until the aim is reached, and from
    there leads back to the image, until it is lost again; both are brought to RMS 1 and then averaged,
    m <- momentum m + (1 - momentum) direction. Nothing keeps image plus change in [0, 1], as in the authors' code.

    The gradient is that of `label_loss`, which has the direction of the cross-entropy's and does not vanish where the
    network is very sure. An image that succeeds as it is has distance 0 and is asked about once.

    On a linear two-class model with weights (3, -4), a score of 0.5 lies 0.5 / 5 / sqrt(2) = 0.0707 away:

    >>> from core.contracts.toy_models import linear
    >>> model = linear([[[[3.0, -4.0]]], [[[0.0, 0.0]]]])
    >>> found = smallest_rms(model, torch.tensor([[[[0.5, 0.25]]]]), torch.tensor([0]))
    >>> [round(value, 3) for value in found.change.flatten().tolist()], round(found.distance.item(), 4)
    ([-0.06, 0.08], 0.0707)
    """
    expect_batch(classifier, images, labels, None)
    if steps < 1:
        raise ValueError(f"expected at least one step, got {steps}")
    eps = EPS * steps / STEPS if eps is None else eps
    images, labels = images.to(classifier.device), labels.to(classifier.device)
    best = torch.zeros_like(images)
    distance = torch.full((len(images),), torch.inf, device=images.device)
    first = torch.full_like(labels, -1)
    with classifier.frozen():
        with torch.no_grad():
            done = succeeded(expect_finite(classifier(images), "the model's answer"), labels, aim)
        distance[done], first[done] = 0.0, 0
        left = (~done).nonzero()[:, 0]
        if len(left):
            found = _walk(classifier, images[left], labels[left], aim, steps, eps, momentum)
            best[left], distance[left], first[left] = found.change, found.distance, found.first
    return Smallest(best, distance, first)


def _walk(
    classifier: Classifier, images: Tensor, labels: Tensor, aim: Aim, steps: int, eps: float, momentum: float
) -> Smallest:
    """The same for images that do not succeed as they are; after the last step the point reached is looked at too."""
    best = torch.zeros_like(images)
    smallest = torch.full((len(images),), torch.inf, device=images.device)
    first = torch.full_like(labels, -1)

    def look(step: int, change: Tensor, size: Tensor, going: Tensor) -> None:
        first[~going & (first < 0)] = step
        better = ~going & (size < smallest)
        best[better], smallest[better] = change[better], size[better]

    rms_walk(
        classifier, images, lambda logits: label_loss(logits, labels),
        lambda logits, _: ~succeeded(logits, labels, aim), eps=eps, steps=steps, momentum=momentum, look=look,
    )  # fmt: skip
    return Smallest(best, smallest, first)
