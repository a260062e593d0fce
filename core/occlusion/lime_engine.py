"""LIME for many images at once: masks, answers under them, and a weighted ridge in closed form (arXiv 1602.04938)."""

from typing import NamedTuple

import torch
from torch import Tensor

from core.contracts.classifier import Classifier
from core.occlusion.masking import Read, respond

DESIGNS = {
    "balanced": "balanced over the patches", "paired": "in opposite pairs",
    "independent": "each by itself, at random",
}  # fmt: skip
KERNEL_WIDTH = 0.25


class Fit(NamedTuple):
    """The linear models: weights (N, S) of the parts, intercept (N,), and weighted R2 (N,), 1 being a perfect fit."""

    weights: Tensor
    intercept: Tensor
    r2: Tensor


def draw_masks(samples: int, parts: int, seed: int = 0, design: str = "balanced") -> Tensor:
    """(samples, parts) bool, true where a part stays; the first row shows everything. The same on every device.

    In every other row a part stays with probability 1/2. independent: as in the `lime` package. paired: each mask is
    followed by its complement, so that whatever two masks do alike (effects of even order) leaves the weights alone.
    balanced: pairs whose first members are rows of a Hadamard matrix with shuffled rows, columns and signs, so that in
    a whole block no part's effect is mistaken for another's; parts + 1 rows would otherwise be lost to that.

    >>> draw_masks(9, 4)[1:].float().mean(dim=0).tolist()
    [0.5, 0.5, 0.5, 0.5]
    """
    if design not in DESIGNS:
        raise ValueError(f"expected a design among {', '.join(DESIGNS)}, got {design!r}")
    generator = torch.Generator().manual_seed(seed)
    rows = [torch.ones(1, parts, dtype=torch.bool)]
    missing = samples - 1
    while missing > 0:
        if design == "balanced":
            block = _hadamard_rows(parts, generator)
        else:
            count = missing if design == "independent" else (missing + 1) // 2
            block = torch.randint(0, 2, (count, parts), generator=generator).bool()
        if design != "independent":
            block = torch.stack([block, ~block], dim=1).flatten(0, 1)
        rows.append(block[:missing])
        missing -= len(rows[-1])
    return torch.cat(rows)


def _hadamard_rows(parts: int, generator: torch.Generator) -> Tensor:
    """(H, parts) bool with H the next power of 2: any two columns agree in exactly half of the rows."""
    table = torch.ones(1, 1, dtype=torch.bool)
    while len(table) < parts:
        table = torch.cat([torch.cat([table, table], 1), torch.cat([table, ~table], 1)])
    rows, columns = torch.randperm(len(table), generator=generator), torch.randperm(len(table), generator=generator)
    flips = torch.randint(0, 2, (parts,), generator=generator).bool()
    return table[rows][:, columns[:parts]] ^ flips


def closeness(masks: Tensor, counts: Tensor) -> Tensor:
    """(N, M, S), parts in use (N,) -> sqrt(exp(-D^2 / 0.25^2)) (N, M), D the cosine distance to the row of ones.

    D = 1 - sqrt(kept / parts); a mask that keeps nothing is at distance 1. One part of four kept: D = 1/2, exp(-2):

    >>> [round(x, 4) for x in closeness(torch.tensor([[[1, 1, 1, 1], [0, 1, 0, 0]]]), torch.tensor([4]))[0].tolist()]
    [1.0, 0.1353]
    """
    distance = 1 - (masks.sum(dim=2) / counts[:, None]).sqrt()
    return (-(distance**2) / (2 * KERNEL_WIDTH**2)).exp()


def ridge(masks: Tensor, answers: Tensor, closeness: Tensor, alpha: float = 1.0, prior: Tensor | None = None) -> Fit:
    """The minimum of sum_m closeness_m (answer_m - intercept - masks_m . w)^2 + alpha |w - prior|^2, of each image, in

    float64; prior (N, S): 0 by default. masks (N, M, S), answers and closeness (N, M). The intercept is not penalised,
    as in sklearn.linear_model.Ridge.

    With answers 1 and 0 for the part shown and covered, alike close: w = sum(z c y) / (sum(z c z) + alpha), c centring:

    >>> fit = ridge(torch.tensor([[[1.0], [0.0]]]), torch.tensor([[1.0, 0.0]]), torch.ones(1, 2), alpha=0.5)
    >>> fit.weights.item(), fit.intercept.item(), fit.r2.item()
    (0.5, 0.25, 0.75)

    Where a prior is right already, it is kept, whatever alpha:

    >>> told = torch.tensor([[[1.0], [0.0]]]), torch.tensor([[1.0, 0.0]]), torch.ones(1, 2)
    >>> ridge(*told, alpha=100.0, prior=torch.ones(1, 1)).weights.item()
    1.0
    """
    z, y, pi = masks.double(), answers.double(), closeness.double()
    share = pi / pi.sum(dim=1, keepdim=True)
    z_mean, y_mean = (share[:, :, None] * z).sum(dim=1), (share * y).sum(dim=1)
    z, y = z - z_mean[:, None], y - y_mean[:, None]
    weighted = (z * pi[:, :, None]).transpose(1, 2)
    normal = weighted @ z + alpha * torch.eye(z.shape[2], dtype=z.dtype, device=z.device)
    start = z.new_zeros(len(z), z.shape[2]) if prior is None else prior.double()
    away = y - (z @ start[:, :, None])[:, :, 0]
    weights = start + torch.linalg.solve(normal, weighted @ away[:, :, None])[:, :, 0]
    left = (pi * (y - (z @ weights[:, :, None])[:, :, 0]) ** 2).sum(dim=1)
    spread = (pi * y**2).sum(dim=1)
    r2 = torch.where(spread > 0, 1 - left / spread.clamp_min(1e-300), 0.0)
    return Fit(weights, y_mean - (z_mean * weights).sum(dim=1), r2)


def explain_batch(
    classifier: Classifier,
    images: Tensor,
    targets: Tensor,
    parts: Tensor,
    fill: Tensor,
    *,
    samples: int = 64,
    design: str = "balanced",
    seed: int = 0,
    alpha: float = 1.0,
    bf16: bool = False,
    read: Read | None = None,
    prior: Tensor | None = None,
    near: bool = True,
) -> Fit:
    """LIME of `images` (N, C, H, W) for `targets` (N,) on `parts` (N or 1, H, W); what is covered comes from `fill`.

    Two images with equally many parts get the same masks. The caller holds the network still (Classifier.frozen).
    Weights of part numbers that an image does not use are 0. read: what to explain in place of a probability. prior
    (N, S): weights found earlier, from which these are told apart only as far as the answers say (see `ridge`). near:
    copies nearer to the image count more, as LIME has it (`closeness`); without, all count alike, and the parts of a
    whole balanced block are told apart best.
    """
    parts = parts.expand(len(images), -1, -1)
    counts = parts.flatten(1).amax(dim=1) + 1
    sizes = sorted(set(counts.tolist()))
    drawn = {size: draw_masks(samples, size, seed, design) for size in sizes}
    keep = torch.zeros(len(sizes), samples, sizes[-1], dtype=torch.bool)
    for row, size in enumerate(sizes):
        keep[row, :, :size] = drawn[size]
    keep = keep.to(images.device)
    if len(sizes) > 1:
        keep = keep[torch.searchsorted(torch.tensor(sizes, device=counts.device), counts)]
    answers = respond(classifier, images, targets, parts, keep, fill, bf16=bf16, read=read)
    keep = keep.expand(len(images), -1, -1)
    counted = closeness(keep, counts) if near else torch.ones_like(answers)
    return ridge(keep, answers, counted, alpha, prior)
