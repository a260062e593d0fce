"""How sensitive an answer is inside a region: |M dlog p_y/dx|^2 / |S|, exactly or by a directional difference."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm

from core.base import cancellation
from core.contracts.batch import Batch
from core.contracts.classifier import Classifier

ENOUGH = 16  # rows in a pass with batch normalisation: with 4, a penalty is up to twice what it is in a whole batch
LENGTH = 0.1  # of the step of a difference, in the Euclidean norm of images in [0, 1]


def exact_penalty(classifier: Classifier, images: Tensor, labels: Tensor, masks: Tensor) -> Tensor:
    """(N,) the squared gradient of log p_y summed over the values under the mask (N, H, W), over the pixels in it.

    As in Ross, Hughes, Doshi-Velez 2017 (arXiv 1703.03717) but for the true class alone, with double backpropagation.
    Never in half precision. 0 where a mask is empty. See `steady` for batch normalisation: where it uses the statistics
    of the batch, one image's gradient has a share of the others' answers in it, smaller with more images. The second
    way back counts as two gradient evaluations, about what it takes.
    """
    cancellation.extra(2 * len(images))
    with steady(classifier.net), torch.autocast(images.device.type, enabled=False):
        _, gradient = _log_probability(classifier, images, labels, create_graph=True)
        inside = gradient * masks[:, None]
        return inside.square().flatten(1).sum(dim=1) / masks.flatten(1).sum(dim=1).clamp_min(1)


def difference_penalty(
    classifier: Classifier, images: Tensor, labels: Tensor, masks: Tensor, length: float = LENGTH
) -> Tensor:
    """(N,) the same by ((l(x + h v) - l(x)) / h)^2, l = log p_y and v the masked gradient of length 1, held fixed.

    Without double backpropagation (Finlay and Oberman 2019, arXiv 1905.11468). The shorter the step, the nearer the
    value is to the exact one; but its pull on the weights of a network of ReLUs has in it the units that switch within
    the step, over its length, so that a shorter step is a noisier teacher. The first pass is gone back through twice,
    for the images and for the weights; the second time counts two thirds of a gradient evaluation.
    """
    cancellation.extra(2 / 3 * len(images))
    with steady(classifier.net), torch.autocast(images.device.type, enabled=False):
        here, gradient = _log_probability(classifier, images, labels, create_graph=False)
        inside = gradient.detach() * masks[:, None]
        size = inside.flatten(1).norm(dim=1).view(-1, 1, 1, 1)
        there = _log_p(classifier, images.detach() + length * inside / size.clamp_min(1e-12), labels)
        slope = (there - here) / length
        return slope.square() / masks.flatten(1).sum(dim=1).clamp_min(1)


def some_rows(batch: Batch, share: float) -> tuple[Tensor, Tensor]:
    """(rows that pass, which of them count, bool): a random `share` of a batch's rows count. Others pass with them
    where those are few, so that batch normalisation has enough to normalise by.
    """
    drawn = batch.draw("penalised", lambda shape, draws: torch.rand(shape, generator=draws), ())
    chosen = drawn < share
    rows = drawn.argsort(stable=True)[: max(int(chosen.sum()), ENOUGH)]
    return rows, chosen[rows]


def mean_penalty(way: str, classifier: Classifier, batch: Batch, masks: Tensor, share: float) -> Tensor:
    """The mean over the batch, estimated on a random `share` of its rows."""
    rows, counts = some_rows(batch, share)
    counted = masks[rows] & counts.view(-1, 1, 1)
    if not counted.any():
        return batch.images.new_zeros(())
    values = PENALTIES[way](classifier, batch.images[rows], batch.labels[rows], counted)
    return values.sum() / (share * len(batch))


PENALTIES = {"finite": difference_penalty, "exact": exact_penalty}
WAYS = {"finite": "by a small step (quicker)", "exact": "exactly (slower)"}


def _log_p(classifier: Classifier, images: Tensor, labels: Tensor) -> Tensor:
    return classifier(images).log_softmax(dim=1).gather(1, labels[:, None]).squeeze(1)


def _log_probability(
    classifier: Classifier, images: Tensor, labels: Tensor, create_graph: bool
) -> tuple[Tensor, Tensor]:
    """(log p_y (N,), its gradient (N, C, H, W)); the first can still be differentiated by the weights."""
    moved = images.detach().requires_grad_(True)
    value = _log_p(classifier, moved, labels)
    (gradient,) = torch.autograd.grad(value.sum(), moved, create_graph=create_graph, retain_graph=True)
    return value, gradient


@contextmanager
def steady(net: nn.Module) -> Iterator[None]:
    """Inside, nothing is drawn at random, and batch normalisation that trains uses the batch's own statistics, without
    keeping them; on leaving all is as it was, also on error.

    With the running statistics, held fixed, the penalty could be lowered by smaller weights before each normalisation,
    which the other losses do not feel.
    """
    modes = [(module, module.training) for module in net.modules()]
    norms: list[_BatchNorm] = [module for module, on in modes if on and isinstance(module, _BatchNorm)]
    tracks = [norm.track_running_stats for norm in norms]
    try:
        net.eval()
        for norm in norms:
            norm.training, norm.track_running_stats = True, False
        yield
    finally:
        for module, training in modes:
            module.training = training
        for norm, track in zip(norms, tracks, strict=True):
            norm.track_running_stats = track
