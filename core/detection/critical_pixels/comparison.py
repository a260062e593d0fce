"""One value a pixel, of chosen pixels against the others: Welch's t, effect sizes, and two permutations."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from torch import Tensor

from core.base import cancellation

Array = npt.NDArray[np.float64]
Progress = Callable[[int, int], None] | None
Z = 1.959964
ROUNDING = 1e-9  # of a sum, beside the largest of its values


@dataclass(frozen=True)
class Comparison:
    """Critical pixels against the others, by one value a pixel; None where it cannot be told.

    t = (m1 - m2) / sqrt(s1^2 / n1 + s2^2 / n2), `df` by Welch and Satterthwaite, `p` two-sided; d = (m1 - m2) / s, s
    pooled (Cohen); g = d Gamma(f / 2) / (sqrt(f / 2) Gamma((f - 1) / 2)), f = n1 + n2 - 2 (Hedges 1981), with its 95 %
    interval g +- 1.96 sqrt((n1 + n2) / (n1 n2) + g^2 / (2 (n1 + n2))) (Hedges, Olkin 1985). `p_permuted`: of
    |m1 - m2|, over random sets of as many pixels, (1 + as far) / (1 + B). `p_shifted`: the same over all H W cyclic
    shifts of the set as a whole, itself among them: its shape stays, its place does not, so it cannot tell critical
    pixels from the place where the objects are.
    """

    critical: int
    others: int
    mean_critical: float | None
    mean_others: float | None
    t: float | None
    df: float | None
    p: float | None
    d: float | None
    g: float | None
    g_low: float | None
    g_high: float | None
    p_permuted: float | None
    p_shifted: float | None


def compared(
    values: Tensor, chosen: Tensor, *, permutations: int = 10_000, seed: int = 0, on_done: Progress = None
) -> Comparison:
    """The values (H, W) of the `chosen` pixels (H, W) bool against those of the others.

    3, 5 against 1, 2, 3: m 4 and 2, s^2 2 and 1; t = 2 / sqrt(2 / 2 + 1 / 3), df = (4 / 3)^2 / (1 + (1 / 3)^2 / 2),
    s^2 = (2 + 2) / 3. Of the ten sets of two, {3, 5} with either 3 and {1, 2} lie so far apart or farther, and of
    the five shifts two: the set itself, and that onto 1, 2.

    >>> import torch
    >>> chosen = torch.tensor([[True, True, False, False, False]])
    >>> found = compared(torch.tensor([[3.0, 5.0, 1.0, 2.0, 3.0]]), chosen, permutations=9999)
    >>> [round(each, 4) for each in (found.t, found.df, found.d, found.g, found.g_low, found.g_high)]
    [1.7321, 1.6842, 1.7321, 1.2533, -0.6972, 3.2039]
    >>> abs(found.p_permuted - 0.3) < 0.02, found.p_shifted
    (True, 0.4)
    """
    from scipy.stats import ttest_ind

    if values.shape != chosen.shape or values.ndim != 2:
        raise ValueError(f"expected maps (H, W) twice, got {tuple(values.shape)} and {tuple(chosen.shape)}")
    field, mask = values.double().numpy(), chosen.bool().numpy()
    a, b = field[mask], field[~mask]
    if not len(a) or not len(b):
        means = [float(each.mean()) if len(each) else None for each in (a, b)]
        return Comparison(len(a), len(b), *means, *[None] * 9)
    t = df = p = d = g = low = high = None
    squares = [0.0 if each.max() == each.min() else float(((each - each.mean()) ** 2).sum()) for each in (a, b)]
    free, apart = len(a) + len(b) - 2, float(a.mean() - b.mean())
    if sum(squares) > 0:
        if min(len(a), len(b)) > 1:
            welch = ttest_ind(a, b, equal_var=False)
            t, df, p = (_finite(each) for each in (welch.statistic, welch.df, welch.pvalue))
        d = _finite(apart / math.sqrt(sum(squares) / free))
    if d is not None and free > 1:
        g = d * math.exp(math.lgamma(free / 2) - math.lgamma((free - 1) / 2)) / math.sqrt(free / 2)
        half = Z * math.sqrt((len(a) + len(b)) / (len(a) * len(b)) + g * g / (2 * (len(a) + len(b))))
        low, high = g - half, g + half
    return Comparison(
        len(a), len(b), float(a.mean()), float(b.mean()), t, df, p, d, g, low, high,
        _permuted(field.ravel(), len(a), abs(apart), permutations, seed, on_done), _shifted(field, mask, abs(apart)),
    )  # fmt: skip


def _permuted(values: Array, count: int, apart: float, permutations: int, seed: int, on_done: Progress) -> float:
    """(1 + random sets of `count` pixels whose mean is at least as far from the others') / (1 + `permutations`)."""
    rng = np.random.default_rng(seed)
    fewer = min(count, len(values) - count)
    sums = np.empty(permutations)
    for draw in range(permutations):
        sums[draw] = values[rng.choice(len(values), fewer, replace=False, shuffle=False)].sum()
        if (draw + 1) % 500 == 0 or draw + 1 == permutations:
            cancellation.check()
            if on_done is not None:
                on_done(draw + 1, permutations)
    return (1 + int(_as_far(sums, fewer, values, apart).sum())) / (1 + permutations)


def _shifted(field: Array, mask: npt.NDArray[np.bool_], apart: float) -> float:
    """The share of all cyclic shifts of `mask` by which it lies at least as far apart, by the correlation theorem."""
    product = np.conj(np.fft.rfft2(mask.astype(float))) * np.fft.rfft2(field)
    sums = np.fft.irfft2(product, s=field.shape)
    return float(_as_far(sums, int(mask.sum()), field.ravel(), apart).mean())


def _as_far(sums: Array, count: int, values: Array, apart: float) -> npt.NDArray[np.bool_]:
    means = sums / count - (values.sum() - sums) / (len(values) - count)
    far: npt.NDArray[np.bool_] = np.abs(means) >= apart - ROUNDING * float(np.abs(values).max())
    return far


def _finite(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None
