"""Sparseness of a map: the Gini index of its absolute values (Chalasani et al. 2020, arXiv 1810.06583)."""

from dataclasses import dataclass

import torch
from torch import Tensor

from core.contracts.metric import Metric, Subject


@dataclass(frozen=True)
class Concentration(Metric):
    """sum_i (2 i - n - 1) |a|_(i) / (n sum |a|), |a| in rising order, i from 1; from 0 (even) to 1 - 1/n (one pixel).

    0 for a map of zeros. For (0, 1, 0, 3): ((4 * 2 - 5) * 3 + (3 * 2 - 5) * 1) / (4 * 4) = 10 / 16.

    >>> from core.contracts.explainer import Attribution
    >>> from core.contracts.toy_models import linear
    >>> model = linear([[[[1.0, 1.0], [1.0, 1.0]]]])
    >>> found = Attribution(torch.tensor([[[0.0, -1.0], [0.0, 3.0]]]))
    >>> Concentration()(model, torch.zeros(1, 1, 2, 2), torch.tensor([0]), found).tolist()
    [0.625]
    """

    key = "concentration"
    title = "Concentration (Gini sparseness)"
    plain = "Whether a few pixels carry the map (near 1) or all of them a little (near 0)."
    cite = "Chalasani et al. 2020, arXiv 1810.06583; Gini 1912"
    better = "higher"

    def run(self, subject: Subject) -> Tensor:
        sizes = subject.values.flatten(1).abs().double().sort(dim=1).values
        count = sizes.shape[1]
        weights = 2 * torch.arange(1, count + 1, device=sizes.device, dtype=sizes.dtype) - count - 1
        return ((sizes * weights).sum(dim=1) / (count * sizes.sum(dim=1)).clamp_min(1e-300)).clamp(0, 1).float()


METRICS: tuple[type[Metric], ...] = (Concentration,)
