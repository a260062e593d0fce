"""The entropic Wasserstein barycentre of maps: their mean in which mass moves instead of being blurred."""

import math

import torch
from torch import Tensor

from core.base import cancellation

LEAST = 1e-280  # of a sum in float64 whose largest term may be 1: what underflowed beside it does not count


def barycentre(
    maps: Tensor, weights: Tensor | None = None, *, reg: float = 1e-3, steps: int = 200, tolerance: float = 1e-6
) -> Tensor:
    """argmin_b sum_i weight_i W_reg(b, map_i): maps (M, H, W), not negative, each of some mass -> (H, W) of sum 1.

    The grid is scaled to [0, 1]^2 and the cost is the squared distance, so the kernel's standard deviation is
    sqrt(reg / 2) (n - 1) pixels, which should not be much below 0.7 (reg 1e-3 from n = 32 on). Iterative Bregman
    projections (Benamou et al. 2015, arXiv 1412.5154; convolutional form: Solomon et al. 2015), as in WassersteinGrad
    (arXiv 2604.22580): u_i = map_i / K v_i; b = exp(sum_i weight_i log(v_i K u_i)); v_i = b / K u_i. Computed on
    logarithms in float64, so that distant mass cannot underflow; meant for sides of up to about 64.
    """
    if maps.ndim != 3 or bool((maps < 0).any()) or bool((maps.sum(dim=(1, 2)) <= 0).any()):
        raise ValueError("expected maps (M, H, W) without negative values, each with some mass")
    log_maps = (maps.double() / maps.double().sum(dim=(1, 2), keepdim=True)).log()
    share = maps.new_ones(len(maps), dtype=torch.float64) if weights is None else weights.to(log_maps)
    share = (share / share.sum()).view(-1, 1, 1)
    down, across = (_log_kernel(size, reg, log_maps) for size in maps.shape[1:])
    log_v, log_b = torch.zeros_like(log_maps), torch.full_like(log_maps[0], -math.inf)
    for _ in range(steps):
        log_ku = _blur(log_maps - _blur(log_v, down, across), down, across)
        before, log_b = log_b, (share * (log_v + log_ku)).sum(dim=0)
        log_v = log_b - log_ku
        if (log_b.exp() - before.exp()).abs().sum() < tolerance:
            break
    mean = log_b.exp()
    return (mean / mean.sum()).to(maps)


def joined(maps: Tensor, weights: Tensor, mean: Tensor, least: float) -> Tensor:
    """The barycentre of those of `maps` (M, h, w) that rise above `least` somewhere, with the mass of `mean` (h, w).

    Of fewer than two there is nothing to join: `mean`.
    """
    cancellation.check()
    some = maps.amax(dim=(1, 2)) > least
    return mean if int(some.sum()) < 2 else barycentre(maps[some], weights[some]) * mean.sum()


def _log_kernel(size: int, reg: float, like: Tensor) -> Tensor:
    """log K (size, size) on `size` points from 0 to 1."""
    points = torch.linspace(0, 1, size, dtype=like.dtype, device=like.device)
    return -((points[:, None] - points) ** 2) / reg


def _blur(logs: Tensor, down: Tensor, across: Tensor) -> Tensor:
    """log(K exp(logs)) along both axes of (M, H, W)."""
    rows = _log_product(down, logs)
    return _log_product(across, rows.transpose(1, 2)).transpose(1, 2)


def _log_product(log_kernel: Tensor, logs: Tensor) -> Tensor:
    """log(exp(log_kernel) @ exp(logs)): (n, n) and (M, n, W) -> (M, n, W), in float64.

    A product of matrices, each column scaled to a largest value of 1; a column with a sum that would underflow, as
    where all mass is far away, is summed on logarithms instead, which is exact and slow.

    >>> log_kernel = torch.tensor([[0.0, -1000.0], [-1000.0, 0.0]], dtype=torch.float64)
    >>> _log_product(log_kernel, torch.tensor([[[-7.0], [-math.inf]]], dtype=torch.float64)).tolist()
    [[[-7.0], [-1007.0]]]
    """
    top = logs.amax(dim=1, keepdim=True)
    product = log_kernel.exp() @ (logs - top.clamp_min(-1e30)).exp()
    found = product.log() + top
    lost = ((product < LEAST).any(dim=1) & (top[:, 0] > -math.inf)).nonzero(as_tuple=True)
    if len(lost[0]):
        columns = logs.transpose(1, 2)[lost]
        found.transpose(1, 2)[lost] = torch.logsumexp(log_kernel + columns[:, None], dim=2)
    return found
