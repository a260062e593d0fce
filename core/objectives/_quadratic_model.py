"""The worst case of the loss's quadratic model within a strength, by Frank-Wolfe with Hessian-vector products."""

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import cross_entropy, one_hot

from core.base import cancellation
from core.contracts.classifier import Classifier
from core.objectives._evaluation_mode import evaluating

CURVATURES = {
    "exact": "exactly (Pearlmutter)",
    "gauss_newton": "of the loss alone (exact for networks of ReLUs; quicker)",
}


@dataclass(frozen=True, eq=False)
class WorstCase:
    """value (N,): q(delta), differentiable by the weights; change (N, C, H, W): delta, detached, held fixed."""

    value: Tensor
    change: Tensor


def worst_case(
    classifier: Classifier, images: Tensor, labels: Tensor, eps: float, iterations: int, *,
    free: Tensor | None = None, curvature: str = "exact",
) -> WorstCase:  # fmt: skip
    """q(d) = g'd + d'Hd / 2 at the point that Frank-Wolfe reaches: a lower bound of its maximum over |d|_inf <= eps.

    g and H are the gradient and the Hessian of an image's own cross-entropy by its pixels, in evaluation mode. From
    d_0 = 0: v_k = g + H d_k, s_k = eps sign v_k, d_{k+1} = (1 - c_k) d_k + c_k s_k with c_k = 2 / (2 + k), so that one
    iteration is d = eps sign g. free (N, H, W) bool: where d may differ from 0 (None: everywhere). Nothing keeps image
    plus change in [0, 1]. H d is exact, by differentiating g'd (Pearlmutter 1994). curvature "gauss_newton" takes
    J' (diag p - p p') J for H in q itself, J the Jacobian of the logits: what H is where the logits are piecewise
    linear, by one pass that carries the change along.
    """
    with evaluating(classifier.net), torch.autocast(images.device.type, enabled=False):
        inputs = images.detach().requires_grad_(True)
        losses = cross_entropy(classifier(inputs), labels, reduction="none")
        again = curvature == "exact" or iterations > 1
        (gradient,) = torch.autograd.grad(losses.sum(), inputs, create_graph=again)
        allowed = torch.ones_like(images) if free is None else free[:, None].to(images).expand_as(images)
        change, slope = torch.zeros_like(images), gradient.detach()
        for k in range(iterations):
            corner = eps * slope.sign() * allowed
            change = change + 2 / (2 + k) * (corner - change)
            if k + 1 < iterations:
                (turned,) = torch.autograd.grad((gradient * change).sum(), inputs, retain_graph=True)
                slope = gradient.detach() + turned
                cancellation.extra(len(images))
        if curvature == "gauss_newton":
            return WorstCase(_gauss_newton(classifier, images.detach(), labels, change), change)
        cancellation.extra(6 * len(images))  # the ways back through the ways back: about what they take
        along = _per_image(gradient * change)
        (turned,) = torch.autograd.grad(along.sum(), inputs, create_graph=True)
        return WorstCase(along + _per_image(turned * change) / 2, change)


def _gauss_newton(classifier: Classifier, images: Tensor, labels: Tensor, change: Tensor) -> Tensor:
    """(p - y)'u + u'(diag p - p p')u / 2 with u = J d: q where the logits are piecewise linear."""
    cancellation.extra(2 * len(images))
    logits, u = torch.func.jvp(classifier, (images,), (change,))[:2]
    p = logits.softmax(dim=1)
    mean = (p * u).sum(dim=1)
    first: Tensor = ((p - one_hot(labels, logits.shape[1])) * u).sum(dim=1)
    spread: Tensor = (p * u.square()).sum(dim=1) - mean.square()
    return first + spread / 2


def _per_image(values: Tensor) -> Tensor:
    return values.flatten(1).sum(dim=1)
