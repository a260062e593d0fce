"""The five stages of PGCA, each on its own; every formula is reconstructed. `core.explainers.pgca` joins them."""

import math

import torch
from torch import Tensor
from torch.nn.functional import interpolate

from core.contracts.classifier import Classifier
from core.explainers._wasserstein_barycentre import joined
from core.explainers.grad_cam_pp import maps_and_logits
from core.occlusion.backgrounds import blur
from core.occlusion.masking import batch_size, respond
from core.occlusion.superpixels import grid

CELLS, SIDE = 8, 32  # cells along a side; side of the maps that are aligned
SMALLEST_DROP = 1e-7  # of a probability in float32: below it there is only rounding


def stretch(maps: Tensor, low: Tensor, high: Tensor, least: float = 0.0) -> Tensor:
    """(N, h, w) clipped to [low, high] (N,) and scaled to [0, 1]; all 0 where high - low is not above `least`."""
    low, width = low.view(-1, 1, 1), (high - low).view(-1, 1, 1)
    return torch.where(width > least, (maps - low) / width.clamp_min(1e-38), 0.0).clamp(0, 1)


def min_max(maps: Tensor, least: float = 0.0) -> Tensor:
    """Each map scaled to [0, 1]; all 0 where it is constant.

    >>> min_max(torch.tensor([[[-1.0, 0.0, 3.0]], [[2.0, 2.0, 2.0]]])).flatten(1).tolist()
    [[0.0, 0.25, 1.0], [0.0, 0.0, 0.0]]
    """
    return stretch(maps, maps.flatten(1).amin(dim=1), maps.flatten(1).amax(dim=1), least)


def falls(classifier: Classifier, images: Tensor, targets: Tensor, fills: list[Tensor], tops: Tensor) -> Tensor:
    """How far the target's probability falls as each cell is covered, (N, coverings, 8, 8); 0 where it rises.

    fills: what the cells show instead, images (N, C, H, W), one a covering. tops (N, 1): the probabilities uncovered.
    """
    rows, columns = (min(CELLS, size) for size in images.shape[2:])
    parts = grid(images.shape[2], images.shape[3], CELLS, CELLS).to(images.device).expand(len(images), -1, -1)
    keep = ~torch.eye(rows * columns, dtype=torch.bool, device=images.device)[None]
    found = [(tops - respond(classifier, images, targets, parts, keep, fill)).clamp_min(0) for fill in fills]
    return torch.stack(found, dim=1).view(len(images), -1, rows, columns)


def perturbation_map(
    falls: Tensor, weights: Tensor, size: tuple[int, int], align: bool = False
) -> tuple[Tensor, Tensor | None]:
    """Stage 1: falls (N, coverings, h, w) and the coverings' weights, of sum 1 -> P (N, H, W) in [0, 1].

    The weighted mean, min-max, up-sampled to `size`. With `align`, the coverings' maps, up-sampled to 32 x 32, are
    joined by their Wasserstein barycentre instead; the second result (N,) is the share of the mass that this displaced.

    Three pixels, each a cell, of weights .4, .1 and -.2 in the probability. Black costs .4, .1 and 0 (it speaks
    against); a picture whose second pixel is as it was, and else black, .4, 0 and 0. The mean is (.4, .05, 0):

    >>> from core.contracts.toy_models import linear_probability
    >>> model = linear_probability([[[0.4, 0.1, -0.2]]], base=0.3)
    >>> image, target = torch.ones(1, 1, 1, 3), torch.tensor([0])
    >>> fills = [torch.zeros(1, 1, 1, 3), torch.tensor([[[[0.0, 1.0, 0.0]]]])]
    >>> fallen = falls(model, image, target, fills, torch.tensor([[0.6]]))
    >>> [[round(value, 4) for value in each] for each in fallen[0, :, 0].tolist()]
    [[0.4, 0.1, 0.0], [0.4, 0.0, 0.0]]
    >>> p, _ = perturbation_map(fallen, torch.tensor([0.5, 0.5]), (1, 3))
    >>> [round(value, 4) for value in p.flatten().tolist()]
    [1.0, 0.125, 0.0]
    """
    plain, moved = (falls * weights.view(-1, 1, 1)).sum(dim=1), None
    if align:
        maps = interpolate(falls, (SIDE, SIDE), mode="bilinear", align_corners=False)
        mean = (maps * weights.view(-1, 1, 1)).sum(dim=1)
        pairs = zip(maps, mean, strict=True)
        plain = torch.stack([joined(each, weights, its_mean, SMALLEST_DROP) for each, its_mean in pairs])
        moved = (plain - mean).abs().sum(dim=(1, 2)) / mean.sum(dim=(1, 2)).clamp_min(1e-38) / 2
    return interpolate(min_max(plain, SMALLEST_DROP)[:, None], size, mode="bilinear")[:, 0], moved


def gradient_map(classifier: Classifier, images: Tensor, targets: Tensor) -> tuple[Tensor, Tensor]:
    """Stage 2: G (N, H, W), Grad-CAM++ scaled to [0, 1], and, from the same pass, the targets' probabilities (N, 1).

    On two channels of three pixels, A = (.5, .25, .25) and (.25, .25, .5), with g = (2, -1, 0) and (-1, 1, 0): sum A =
    1 in both, alpha = 1 / (2 + g) where g is not 0, so w = 2/4 and 1/3 and the map is (8, 5, 7) / 24:

    >>> from core.contracts.toy_models import Linear
    >>> weight = torch.tensor([[[[2.0, -1.0, 0.0]], [[-1.0, 1.0, 0.0]]], [[[0.0] * 3]] * 2])
    >>> net = torch.nn.Sequential(torch.nn.Identity(), Linear(weight))
    >>> model = Classifier(net, ("yes", "no"), (2, 1, 3), cam_layer="0")
    >>> image = torch.tensor([[[[0.5, 0.25, 0.25]], [[0.25, 0.25, 0.5]]]])
    >>> [round(value, 4) for value in gradient_map(model, image, torch.tensor([0]))[0].flatten().tolist()]
    [1.0, 0.0, 0.6667]
    """
    cams, tops, size = [], [], batch_size(images)
    for start in range(0, len(images), size):
        part = slice(start, start + size)
        cam, logits = maps_and_logits(classifier, images[part], targets[part])
        cams.append(cam)
        tops.append(logits.softmax(dim=1).gather(1, targets[part, None]))
    return min_max(torch.cat(cams)), torch.cat(tops)


def amplify(p: Tensor, g: Tensor, beta: float) -> Tensor:
    """Stage 3, the consensus: (P + G) / 2 + beta sqrt(P G), of maps in [0, 1] (N, H, W).

    >>> amplify(torch.tensor([[[1.0, 0.25, 0.0]]]), torch.tensor([[[1.0, 1.0, 0.5]]]), beta=2.0).tolist()
    [[[3.0, 1.625, 0.25]]]
    """
    return (p + g) / 2 + beta * (p * g).sqrt()


def smooth(maps: Tensor) -> Tensor:
    """Stage 4: (N, H, W) under a Gaussian of sigma H / 32 pixels, cut off at 3 sigma, the edges repeated.

    A line in 32 rows, so sigma 1: exp(-d^2 / 2) is 1, .6065, .1353 and .0111, of sum 2.506 on both sides together:

    >>> line = torch.zeros(1, 32, 9)
    >>> line[..., 4] = 1
    >>> [round(value, 3) for value in smooth(line)[0, 16].tolist()]
    [0.0, 0.004, 0.054, 0.242, 0.399, 0.242, 0.054, 0.004, 0.0]
    """
    return blur(maps[:, None], maps.shape[1] / 32)[:, 0]


def adapt_contrast(maps: Tensor) -> Tensor:
    """Stage 5: clipped to the percentiles 2 and 98 and scaled to [0, 1]; C^gamma, gamma = ln .5 / ln mean C; min-max.

    gamma stays in [.5, 2]. Where the percentiles are alike the map is only scaled. Ten values, of which two are 2 and
    six are 0: the percentiles are 0 and 2; scaled, 1, 1, 1/4, 1/4 and 0, of mean 1/4, so gamma is 1/2, a square root:

    >>> adapt_contrast(torch.tensor([[[2.0, 2.0, 0.5, 0.5, 0.0], [0.0] * 5]]))[0, 0].tolist()
    [1.0, 1.0, 0.5, 0.5, 0.0]
    """
    low, high = maps.flatten(1).quantile(torch.tensor([0.02, 0.98]).to(maps), dim=1)
    maps = torch.where((high > low)[:, None, None], stretch(maps, low, high), min_max(maps))
    gamma = (math.log(0.5) / maps.mean(dim=(1, 2)).clamp(1e-6, 1 - 1e-6).log()).clamp(0.5, 2)
    return min_max(maps ** gamma.view(-1, 1, 1))
