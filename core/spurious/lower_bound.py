"""How large a change must at least be to change the answer, if the model were linear, and how much of that is spurious.

A diagnostic, not a certificate: the gradient is taken at the image and not at its worst point nearby.
"""

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from core.contracts.checks import expect_batch
from core.contracts.classifier import Classifier

ALL = 100  # as many other classes are all looked at
STRONGEST = 10  # of more, these
AT_ONCE = 64  # images


@dataclass(frozen=True, eq=False)
class Bound:
    """For each image (N,): `value` in the norm asked for, `share` from 0 to 1, `runner_up` the class nearest by."""

    value: Tensor
    share: Tensor
    runner_up: Tensor


def linear_bound(
    classifier: Classifier, images: Tensor, labels: Tensor, masks: Tensor, norm: float = math.inf,
    rivals: int | None = None,
) -> Bound:  # fmt: skip
    """The pointwise linearised lower bound on a change that makes `labels` lose, and the spurious share of it.

    images (N, C, H, W) in [0, 1]; labels (N,); masks (N, H, W), true in the spurious region S; norm inf or 2. With
    m_j = z_y - z_j and g = grad m_j: value = min_j m_j / |g|, |g| = |g_S|_1 + |g_R|_1 for inf and
    sqrt(|g_S|_2^2 + |g_R|_2^2) for 2, over the `rivals` strongest other classes; 0 where the answer is wrong already,
    inf where no margin depends on the image. share = |g_S|_1 / |g|_1 for the class of that minimum; 0 where g is 0.
    `rivals` is by default what `looked_at` says; over fewer than all, the value may be too large even if linear.
    [REC: attribution-aware refinement, arXiv 2601.00968; the linearisation is Hein & Andriushchenko 2017,
    arXiv 1705.08475, with the supremum over the ball replaced by the value at the image.]

    Logits 2 a + b against 0 at (a, b) = (0.5, 0.25): margin 1.25, g = (2, 1), so 1.25 / 3 and 1.25 / sqrt 5; of the
    sensitivity, 1 / 3 is on b:

    >>> from core.contracts.toy_models import linear
    >>> model, image = linear([[[[2.0, 1.0]]], [[[0.0, 0.0]]]]), torch.tensor([[[[0.5, 0.25]]]])
    >>> found = linear_bound(model, image, torch.tensor([0]), torch.tensor([[[False, True]]]))
    >>> round(found.value.item(), 4), round(found.share.item(), 4), found.runner_up.item()
    (0.4167, 0.3333, 1)
    """
    expect_batch(classifier, images, labels)
    if norm not in (math.inf, 2):
        raise ValueError(f"expected the norm to be inf or 2, got {norm}")
    if masks.shape != (len(images), *images.shape[2:]) or masks.dtype != torch.bool:
        raise ValueError(
            f"expected masks {(len(images), *images.shape[2:])} of bool, got {tuple(masks.shape)} of {masks.dtype}"
        )
    if rivals is not None and rivals < 1:
        raise ValueError(f"expected at least one other class to look at, got {rivals}")
    rivals = looked_at(len(classifier.labels)) if rivals is None else rivals
    parts = [
        _part(classifier, images[k : k + AT_ONCE], labels[k : k + AT_ONCE], masks[k : k + AT_ONCE], norm, rivals)
        for k in range(0, len(images), AT_ONCE)
    ]
    values, shares, classes = (torch.cat([part[place] for part in parts]).cpu() for place in range(3))
    return Bound(values, shares, classes)


def looked_at(classes: int) -> int:
    """How many other classes the bound is over, for a model of so many: each costs a way back through the network.

    >>> looked_at(10), looked_at(100), looked_at(1000)
    (9, 99, 10)
    """
    return classes - 1 if classes - 1 <= ALL else STRONGEST


def _part(
    classifier: Classifier, images: Tensor, labels: Tensor, masks: Tensor, norm: float, rivals: int
) -> tuple[Tensor, Tensor, Tensor]:
    device = classifier.device
    images, labels, masks = images.detach().to(device), labels.to(device), masks.to(device)
    with classifier.frozen(), torch.enable_grad():
        logits = classifier(images.requires_grad_(True))
        own = logits.gather(1, labels[:, None])
        others = logits.detach().scatter(1, labels[:, None], -math.inf)
        classes = others.topk(min(rivals, logits.shape[1] - 1), dim=1).indices
        margins = own - logits.gather(1, classes)
        by_rival = []
        for place in range(classes.shape[1]):
            keep = place + 1 < classes.shape[1]
            (slope,) = torch.autograd.grad(margins[:, place].sum(), images, retain_graph=keep)
            by_rival.append(torch.stack(_sizes(slope, masks, norm)))
    sizes, shares = torch.stack(by_rival, dim=1)  # each (rivals, N)
    reach = margins.detach().T / sizes.clamp_min(1e-30)
    reach = torch.where(sizes > 0, reach, torch.where(margins.detach().T > 0, math.inf, -math.inf))
    nearest, which = reach.min(dim=0)
    pick = which[None]
    return nearest.clamp_min(0), shares.gather(0, pick)[0], classes.T.gather(0, pick)[0]


def _sizes(slope: Tensor, masks: Tensor, norm: float) -> tuple[Tensor, Tensor]:
    """The dual norm of the slope (N, C, H, W), put together from its two parts, and the share of S in its 1-norm."""
    inside, outside = slope * masks[:, None], slope * ~masks[:, None]
    one = [part.abs().flatten(1).sum(dim=1) for part in (inside, outside)]
    total = one[0] + one[1]
    if norm == 2:
        two = [part.square().flatten(1).sum(dim=1) for part in (inside, outside)]
        return (two[0] + two[1]).sqrt(), one[0] / total.clamp_min(1e-30)
    return total, one[0] / total.clamp_min(1e-30)


def least_supported(values: Tensor, part: float = 0.25) -> Tensor:
    """Masks (N, H, W), bool: the `part` of the pixels that a map (N, H, W) says support the answer least.

    Signed: what speaks against the answer goes first; equal values in reading order.

    >>> least_supported(torch.tensor([[[0.3, -0.5], [0.0, 0.1]]])).tolist()
    [[[False, True], [False, False]]]
    """
    if not 0 < part < 1:
        raise ValueError(f"expected a part between 0 and 1, got {part}")
    flat = values.flatten(1)
    order = flat.argsort(dim=1, stable=True)[:, : max(1, round(part * flat.shape[1]))]
    return torch.zeros_like(flat, dtype=torch.bool).scatter(1, order, True).view(values.shape)
