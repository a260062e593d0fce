"""What attacks raise, and whether there is a gradient to raise it by: two measures of how far a label leads."""

import math
from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn.functional import cross_entropy

from core.contracts.classifier import Classifier

Loss = Callable[[Tensor], Tensor]  # images (N, C, H, W) -> one value an image (N,)

SATURATED = 10.0  # nats by which a label leads where 1 - p begins to lose digits in single precision
AT_SATURATION = math.log1p(math.exp(-SATURATED))


def margin(logits: Tensor, classes: Tensor) -> Tensor:
    """How far each image's own class leads the best other one: (N, K), (N,) -> (N,).

    >>> margin(torch.tensor([[3.0, 1.0, 2.5]]), torch.tensor([0])).tolist()
    [0.5]
    """
    own = logits.gather(1, classes[:, None])
    return own[:, 0] - logits.scatter(1, classes[:, None], -torch.inf).max(dim=1).values


def label_loss(logits: Tensor, labels: Tensor) -> Tensor:
    """Cross-entropy, continued along its tangent's direction where the label leads by more than SATURATED nats.

    With m = log sum_{j != y} exp z_j - z_y the cross-entropy is log(1 + exp m), and its gradient sigmoid(m) times that
    of m: the same direction, of a length that rounds to zero for a network that is very sure. There m itself, shifted
    to fit, stands for it, so a network that multiplies its scores by 100 is attacked like the one that does not.
    (N, K), (N,) -> (N,); below 0 where a label leads by far.

    >>> logits = torch.tensor([[0.0, 0.0], [2000.0, 0.0]], requires_grad=True)
    >>> values = label_loss(logits, torch.tensor([0, 0]))
    >>> [round(value, 4) for value in values.tolist()], torch.autograd.grad(values.sum(), logits)[0].tolist()
    ([0.6931, -1990.0], [[-0.5, 0.5], [-1.0, 1.0]])
    """
    values = cross_entropy(logits, labels, reduction="none")
    if logits.shape[1] < 2:
        return values
    own = logits.gather(1, labels[:, None])[:, 0]
    against = logits.scatter(1, labels[:, None], -torch.inf).logsumexp(dim=1) - own
    return torch.where(against < -SATURATED, against + (SATURATED + AT_SATURATION), values)


def attack_loss(classifier: Classifier, labels: Tensor, targets: Tensor | None = None) -> Loss:
    """What most attacks raise: the cross-entropy of the labels (N,), as in `label_loss`, or minus that of the targets.

    The latter needs no such care: it loses its gradient where the target is reached, and only there.
    """
    if targets is None:
        return lambda images: label_loss(classifier(images), labels)
    return lambda images: -cross_entropy(classifier(images), targets, reduction="none")


def without_gradient(classifier: Classifier, images: Tensor, labels: Tensor, norm: float, bound: float) -> Tensor:
    """(N,) bool: at which images (N, C, H, W) no gradient shows the way that an attack would have to go.

    There the lead of the label would change, by its gradient and over the whole `bound` (in `norm`; inf: any picture),
    by less than the scores are rounded to. That an attack which follows gradients found nothing then says nothing
    about the network. A gradient that is not a number is none.

    >>> from core.contracts.toy_models import linear
    >>> steep, level = (linear([[[[weight, 0.0]]], [[[0.0, 0.0]]]]) for weight in (1.0, 0.0))
    >>> image, label = torch.full((1, 1, 1, 2), 0.5), torch.tensor([0])
    >>> [without_gradient(each, image, label, 2, 0.5).item() for each in (steep, level)]
    [False, True]
    """
    images, labels = images.to(classifier.device), labels.to(classifier.device)
    with classifier.frozen(), torch.enable_grad():
        inputs = images.detach().requires_grad_(True)
        logits = classifier(inputs)
        (gradient,) = torch.autograd.grad(margin(logits, labels).sum(), inputs)
    slope = gradient.flatten(1)
    if norm == math.inf:
        promised = slope.abs().sum(dim=1) * min(bound, 1.0)
    elif norm == 2:
        promised = slope.norm(dim=1) * min(bound, math.sqrt(slope.shape[1]))
    else:
        promised = slope.abs().amax(dim=1) * min(bound, slope.shape[1])
    rounding = torch.finfo(logits.dtype).eps * logits.detach().abs().amax(dim=1)
    return ~(promised > rounding).cpu()
