"""Which parts of an image are spurious: unstable in LIME's eyes, or sensitive without support. [REC]

The published method (arXiv 2601.00968) names its ingredients: LIME, instability, sensitivity without relevance. The
formulas that join them here are reconstructed:

    q_s = a rank(instability_s) + b rank(rank(sensitivity_s) (1 - support_s)),

    instability_s   the spread of LIME's weight w_s over repeats, over the mean |w| of the image,
    sensitivity_s   the mean |d CE / d x| over the values of part s,
    support_s       max(w_s, 0) / max over the image, w_s now being the mean over the repeats,

rank going from 0 to 1 within an image. The parts of the largest q are spurious. The sensitivity is ranked before it
meets the support, since a few large gradients would decide alone otherwise: on digits the parts found were then those
that support the class more often than parts drawn by lot. Where LIME has samples enough for its
design (a whole block of core.occlusion.lime_engine.draw_masks, twice as many as parts, plus 1), instability is hardly a
property of the image: other seeds call other parts unstable (`python -m core.recipes.mask_trials`). So a is 0 by
default.
"""

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import cross_entropy

from core.contracts.batch import stream
from core.contracts.classifier import Classifier
from core.occlusion.lime_engine import explain_batch

FLAT = 1e-6  # a mean |weight| below which LIME found nothing to tell parts apart by


@dataclass(frozen=True)
class Repeats:
    """How often LIME is asked: `repeats` times `samples` covered copies, each time other masks and other noise.

    noise: standard deviation, of the full range; none is added for a single repeat, which shows nothing that varies.
    bf16: pass the copies through the network in bfloat16. near: copies near the image count more, as LIME has it.
    """

    samples: int = 33
    repeats: int = 1
    noise: float = 10 / 255
    bf16: bool = False
    near: bool = True


def lime_weights(
    classifier: Classifier, images: Tensor, classes: Tensor | None, parts: Tensor, ask: Repeats, seed: int
) -> Tensor:
    """LIME's weights (T, N, S) of the parts (N, H, W) in each repeat; the caller holds the network still.

    classes (N,): whose probability is explained. None: no class at all, but how far the whole answer stays what it is
    for the uncovered image, 1 - |p - p'|_1 / 2. What is covered takes the image's mean colour. Noise and masks are the
    same for all images, so that no image's result depends on which others are asked about.
    """
    mean = images.mean(dim=(2, 3), keepdim=True).expand_as(images)
    weights = []
    for repeat in range(ask.repeats):
        moved = images
        if ask.repeats > 1:
            draws = torch.Generator().manual_seed(stream(seed, "noise", repeat))
            moved = (images + ask.noise * torch.randn(images.shape[1:], generator=draws).to(images)).clamp(0, 1)
        read = None
        if classes is None:
            with torch.no_grad():
                whole = classifier(moved).float().softmax(dim=1)
            read = Agreement(whole)
        targets = torch.zeros(len(images), dtype=torch.long, device=images.device) if classes is None else classes
        fit = explain_batch(
            classifier, moved, targets, parts, mean, samples=ask.samples, seed=stream(seed, "masks", repeat) % 2**31,
            bf16=ask.bf16, read=read, near=ask.near,
        )  # fmt: skip
        weights.append(fit.weights.float())
    return torch.stack(weights)


@dataclass(frozen=True, eq=False)
class Agreement:
    """How much of the probability (N, K) of the whole images a covered copy keeps in place: 1 - |p - p'|_1 / 2."""

    whole: Tensor

    def __call__(self, probabilities: Tensor, which: Tensor) -> Tensor:
        return 1 - (probabilities - self.whole[which]).abs().sum(dim=1) / 2


def sensitivity(classifier: Classifier, images: Tensor, classes: Tensor, parts: Tensor) -> Tensor:
    """(N, S): the mean |d CE(x, class) / d x| over the values in each part; the caller holds the network still."""
    moved = images.detach().requires_grad_(True)
    with torch.enable_grad(), torch.autocast(images.device.type, enabled=False):
        (gradient,) = torch.autograd.grad(cross_entropy(classifier(moved), classes, reduction="sum"), moved)
    return per_part(gradient.abs().mean(dim=1), parts)


def per_part(values: Tensor, parts: Tensor) -> Tensor:
    """The mean of `values` (N, H, W) in each part (N, H, W) -> (N, S); 0 for numbers an image does not use.

    >>> per_part(torch.tensor([[[1.0, 3.0, 5.0]]]), torch.tensor([[[0, 0, 1]]])).tolist()
    [[2.0, 5.0]]
    """
    flat, index = values.flatten(1), parts.flatten(1)
    sums = flat.new_zeros(len(flat), int(parts.max()) + 1)
    counts = sums.scatter_add(1, index, torch.ones_like(flat))
    return sums.scatter_add(1, index, flat) / counts.clamp_min(1)


def ranks(values: Tensor, used: Tensor) -> Tensor:
    """Places (N, S) from 0 (smallest) to 1 (largest) among the used entries of each row, equal values sharing theirs.

    >>> ranks(torch.tensor([[3.0, 1.0, 1.0, 9.0]]), torch.tensor([[True, True, True, False]])).tolist()
    [[1.0, 0.25, 0.25, 0.0]]
    """
    here, there = values[:, :, None], values[:, None, :]
    below = ((there < here).float() + 0.5 * (there == here).float()) * used[:, None, :]
    place = (below.sum(dim=2) - 0.5) / (used.sum(dim=1, keepdim=True) - 1).clamp_min(1)
    return torch.where(used, place, 0.0)


def score(
    weights: Tensor, sensitive: Tensor, used: Tensor, *, unstable: float, unsupported: float, supporting: bool = False
) -> Tensor:
    """q (N, S) from LIME's weights (T, N, S) and the sensitivity (N, S); unstable, unsupported: a and b above.

    supporting: the opposite polarity, support_s in place of 1 - support_s.

    Three parts, two repeats; the first is the most sensitive but supported, the second varies, the third does nothing:

    >>> weights = torch.tensor([[[0.4, 0.1, 0.0]], [[0.4, 0.3, 0.0]]])
    >>> score(weights, torch.tensor([[3.0, 2.0, 1.0]]), torch.ones(1, 3).bool(), unstable=1.0, unsupported=1.0).tolist()
    [[0.5, 2.0, 0.5]]
    >>> against = torch.tensor([[[0.4, -0.4, 0.1]]])  # what speaks against the class does not support it
    >>> score(against, torch.tensor([[1.0, 3.0, 2.0]]), torch.ones(1, 3).bool(), unstable=0.0, unsupported=1.0).tolist()
    [[0.0, 1.0, 0.5]]
    """
    mean = weights.mean(dim=0)
    spread = weights.std(dim=0, correction=0) / mean.abs().sum(dim=1, keepdim=True).clamp_min(1e-12)
    support = mean.clamp_min(0) / mean.amax(dim=1, keepdim=True).clamp_min(1e-12)
    blame = ranks(sensitive, used) * (support if supporting else 1 - support)
    return unstable * ranks(spread, used) + unsupported * ranks(blame, used)
