"""What PGCA does with its criteria: fairness between two groups of images, entropy weights, one score. [REC]"""

import math
from collections.abc import Mapping, Sequence

import torch
from torch import Tensor


def spread(values: Tensor, side: int = 8) -> Tensor:
    """(N, H, W) -> (N, cells): the share of |a| in each of side x side cells; a map of zeros counts as even.

    >>> spread(torch.tensor([[[1.0, -1.0], [2.0, 0.0]], [[0.0, 0.0], [0.0, 0.0]]]), 2).tolist()
    [[0.25, 0.25, 0.5, 0.0], [0.25, 0.25, 0.25, 0.25]]
    """
    sizes = values.abs().double()
    height, width = sizes.shape[1:]
    down, across = (torch.arange(size, device=sizes.device) * min(side, size) // size for size in (height, width))
    cells = (down[:, None] * min(side, width) + across).flatten().expand(len(sizes), -1)
    count = min(side, height) * min(side, width)
    sums = torch.zeros(len(sizes), count, dtype=sizes.dtype, device=sizes.device).scatter_add(
        1, cells, sizes.flatten(1)
    )
    total = sums.sum(dim=1, keepdim=True)
    return torch.where(total > 0, sums / total.clamp_min(1e-300), 1 / count)


def fairness(spreads: Tensor, group: Tensor) -> float:
    """1 - JSD(m_1 || m_2) / ln 2, m the mean of `spreads` (N, cells) in the `group` (N,), bool, and outside; 0 to 1.

    The Jensen-Shannon divergence: 1 where explanations fall on the same places in both groups, 0 where on none in
    common. ValueError if a group is empty. (1, 0) and (1/2, 1/2): the mean is (3/4, 1/4), so
    JSD = (ln(4/3) + ln(2/3) / 2 + ln(2) / 2) / 2 = 0.2158 and 1 - JSD / ln 2 = 0.6887.

    >>> round(fairness(torch.tensor([[1.0, 0.0], [0.5, 0.5]]), torch.tensor([True, False])), 4)
    0.6887
    """
    if group.all() or not group.any():
        raise ValueError("expected images in both groups")
    one, other = spreads[group].double().mean(dim=0), spreads[~group].double().mean(dim=0)
    middle = (one + other) / 2
    apart = [torch.xlogy(each, each / middle.clamp_min(1e-300)).sum() for each in (one, other)]
    return float(1 - (apart[0] + apart[1]) / 2 / math.log(2))


def entropy_weights(scores: Sequence[Sequence[float]]) -> list[float]:
    """The weights of m criteria, of sum 1, from n methods' scores (n rows of m, from 0 up; less counts as 0).

    r_ij = x_ij / sum_i x_ij, H_j = -(1 / ln n) sum_i r_ij ln r_ij, w_j = (1 - H_j) / sum_j (1 - H_j): a criterion by
    which all methods are alike weighs nothing. Equal weights where that holds of every one. Two methods, the first
    criterion even, the second all the first method's:

    >>> entropy_weights([[1.0, 3.0], [1.0, 0.0]]), entropy_weights([[1.0, 2.0], [1.0, 2.0]])
    ([0.0, 1.0], [0.5, 0.5])
    """
    x = torch.tensor(scores, dtype=torch.float64).clamp_min(0)
    many = len(x)
    r = torch.where(x.sum(dim=0) > 0, x / x.sum(dim=0).clamp_min(1e-300), 1 / many)
    left = (1 + torch.xlogy(r, r).sum(dim=0) / math.log(many)).clamp_min(0) if many > 1 else torch.zeros(x.shape[1])
    left = torch.where(left < 1e-12, 0.0, left)
    even = torch.full_like(left, 1 / len(left))
    return [float(each) for each in (left / left.sum() if float(left.sum()) > 0 else even)]


def weighted(scores: Mapping[str, Sequence[float]]) -> tuple[list[float], dict[str, float]]:
    """(weights of the criteria, explainer -> its weighted sum of the scores, less than 0 counting as 0).

    >>> weighted({"a": [1.0, 3.0], "b": [1.0, 0.0]})
    ([0.0, 1.0], {'a': 3.0, 'b': 0.0})
    """
    weights = entropy_weights(list(scores.values()))
    return weights, {
        key: sum(weight * max(value, 0.0) for weight, value in zip(weights, row, strict=True))
        for key, row in scores.items()
    }
