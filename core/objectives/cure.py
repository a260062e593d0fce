"""CURE (Moosavi-Dezfooli et al. 2019, arXiv 1811.09716): a loss that curves little around each image."""

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import cross_entropy

from core.base import cancellation
from core.base.params import param
from core.contracts.ascend import per_image
from core.contracts.batch import Batch
from core.contracts.classifier import Classifier
from core.contracts.objective import Loss, Objective
from core.objectives._evaluation_mode import evaluating

NORMS = {"length": "its length (the authors' code)", "square": "its length squared (the paper's formula)"}


def gradient_change(classifier: Classifier, images: Tensor, labels: Tensor, h: float) -> Tensor:
    """(N,) |g(x + z) - g(x)|_2, g the gradient of an image's own cross-entropy and z = h sign g(x) / |sign g(x)|_2.

    Differentiable by the weights, with double backpropagation through both gradients; z is held fixed and x + z is not
    clipped. z is 0 where the whole gradient is. Never in half precision. The second ways back count as two gradient
    evaluations each, about what they take.
    """
    cancellation.extra(4 * len(images))
    with evaluating(classifier.net), torch.autocast(images.device.type, enabled=False):
        here = _gradient(classifier, images, labels)
        sign = here.detach().sign()
        z = h * sign / per_image(sign.flatten(1).norm(dim=1).clamp_min(1e-12))
        there = _gradient(classifier, images.detach() + z, labels)
        lengths: Tensor = (there - here).flatten(1).norm(dim=1)
        return lengths


def _gradient(classifier: Classifier, images: Tensor, labels: Tensor) -> Tensor:
    moved = images.detach().requires_grad_(True)
    values = cross_entropy(classifier(moved), labels, reduction="sum")
    (gradient,) = torch.autograd.grad(values, moved, create_graph=True)
    return gradient


@dataclass(frozen=True)
class Cure(Objective):
    """mean_i CE(x_i, y_i) + weight mean_i |g(x_i + z_i) - g(x_i)|_2 (or its square): see `gradient_change`.

    As in the authors' code (github:F-Salehi/CURE_robustness, commit daeef24) the term finds the network in evaluation
    mode: batch normalisation divides by its running statistics, so smaller weights before one lower the term too.

    Scales. g is the gradient of one image's own loss. So it is in their code, which takes the gradient of the batch's
    mean with one 1 an image for grad_outputs: the PyTorch 1.0 that it asks for adds those up, which multiplies the
    mean's gradient by the size of the batch; later versions refuse the shapes. Whoever takes the batch mean's gradient
    instead has the term (not squared) smaller by the size of the batch. Their h = 3 and weight = 4 are for images
    divided by a standard deviation of about 0.2; here lengths and gradients are those of images in [0, 1], where that
    is h = 0.6 and weight = 0.8, the defaults. Their example raises h over the first epochs, which is not done here.

    A network that is very sure of an image has next to no gradient there, whatever it does farther away. No attack is
    part of this training: of the authors' ResNet-18, right on 41.4 % of CIFAR-10 under their attack of 8/255,
    AutoAttack left 38.5 % (Croce, Hein 2020, arXiv 2003.01690), less than of networks trained under attack.
    """

    key = "cure"
    title = "CURE (curvature regularisation)"
    precise = True
    settled = True
    plain = (
        "Smooths how the error changes around each image, without attacking any: expect less protection against "
        "strong attacks than from learning under attack."
    )
    cite = "Moosavi-Dezfooli et al. 2019, arXiv 1811.09716"

    weight: float = param(0.8, low=0.0, high=100.0, step=0.1, title="Weight of the smoothness (0 = off)",
                          help="How much smoothness around an image counts against being right on it")  # fmt: skip
    h: float = param(0.6, low=0.01, high=10.0, step=0.05, title="Distance looked at",
                     help="How far from the image the error's slope is compared with that at the image: the length of "
                     "the change over all pixels together, of which each may go from 0 to 1")  # fmt: skip
    norm: str = param("length", choices=NORMS, title="Counted by",
                      help="What of the difference between the two slopes is kept small")  # fmt: skip

    def loss(self, classifier: Classifier, batch: Batch, attacked: Tensor | None) -> Loss:
        right = cross_entropy(classifier(batch.images), batch.labels)
        if self.weight == 0:
            return right, {"cross_entropy": right.item()}
        change = gradient_change(classifier, batch.images, batch.labels, self.h)
        curved = (change.square() if self.norm == "square" else change).mean()
        return right + self.weight * curved, {"cross_entropy": right.item(), "curvature": curved.item()}


OBJECTIVES: tuple[type[Objective], ...] = (Cure,)
