"""The attack of Woods, Chen, Teuscher (2019, arXiv 1906.02896) that ARA is measured with: the smallest RMS change."""

from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor
from torch.nn.functional import softmax

from core.contracts.ascend import laid_out, per_image
from core.contracts.attack_loss import label_loss
from core.contracts.checks import expect_batch
from core.contracts.classifier import Classifier
from core.contracts.finite import expect_finite

Aim = Literal["attack", "btr"]  # another answer; or no better than random, p_y <= 1 / K
STEPS = 450
EPS = 20.0  # what STEPS steps add up to, most of which goes into making smaller what was found
MOMENTUM = 0.9
TINY = 1e-8


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


def rms(change: Tensor) -> Tensor:
    """Root mean square over all values of each image: (N, C, H, W) -> (N,).

    >>> rms(torch.tensor([[[[3.0, -4.0, 0.0, 0.0]]]])).tolist()
    [2.5]
    """
    return change.flatten(1).square().mean(dim=1).sqrt()


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
            found = _walk(classifier, laid_out(images[left]), labels[left], aim, steps, eps, momentum)
            best[left], distance[left], first[left] = found.change, found.distance, found.first
    return Smallest(best, distance, first)


def _walk(
    classifier: Classifier, images: Tensor, labels: Tensor, aim: Aim, steps: int, eps: float, momentum: float
) -> Smallest:
    """The same for images that do not succeed as they are; after the last step the point reached is looked at too."""
    change, gathered, best = (torch.zeros_like(images) for _ in range(3))
    smallest = torch.full((len(images),), torch.inf, device=images.device)
    first = torch.full_like(labels, -1)
    for step in range(steps + 1):
        change = change.detach().requires_grad_(True)
        with torch.enable_grad():
            logits = classifier(images + change)
            (gradient,) = torch.autograd.grad(label_loss(logits, labels).sum(), change)
        expect_finite(logits.detach(), "the model's answer")
        change = change.detach()
        done, size = succeeded(logits.detach(), labels, aim), rms(change)
        first[done & (first < 0)] = step
        better = done & (size < smallest)
        best[better], smallest[better] = change[better], size[better]
        if step == steps:
            break
        direction = torch.where(per_image(done), -change, gradient)
        direction = direction / per_image(rms(direction) + TINY)
        gathered = momentum * gathered + (1 - momentum) * direction
        change = change + eps * (steps - step) / (steps * (steps + 1) / 2) * gathered
    return Smallest(best.contiguous(), smallest, first)
