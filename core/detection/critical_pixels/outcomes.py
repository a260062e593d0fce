"""What an attack achieved on critical pixels and on other sets of pixels: rates, and differences on the same images."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from core.base.proportion import Proportion
from core.evaluation.paired import newcombe_difference, paired_means

CRITICAL, OTHERS, ALL, RANDOM = "critical", "others", "all", "random"


@dataclass(frozen=True, eq=False)
class SetOutcomes:
    """What became of the images that were right, when only some pixels were changed; `measure` says how, in words.

    By the name of each set of pixels: its size `pixels`, whether each image is now wrong `fooled` (N,) bool, and the
    mean length (L2) of the change, `lengths`.
    """

    measure: str
    pixels: Mapping[str, int]
    fooled: Mapping[str, Tensor]
    lengths: Mapping[str, float]

    def rate(self, name: str) -> Proportion:
        """The share of images that were right and are now wrong."""
        return Proportion(int(self.fooled[name].sum()), len(self.fooled[name]))

    def critical_against(self, name: str) -> dict[str, Any]:
        """The rate of critical pixels minus that of another set, paired: Newcombe's interval, McNemar's exact p.

        Each p is that of one comparison: of several, see `core.evaluation.holm`.
        """
        ours, theirs = self.fooled[CRITICAL], self.fooled[name]
        only, other = int((ours & ~theirs).sum()), int((~ours & theirs).sum())
        found = newcombe_difference(ours.tolist(), theirs.tolist())
        return {"against": name, **found.entry(), "only_critical": only, "only_other": other,
                "p_mcnemar": mcnemar(only, other)}  # fmt: skip

    def critical_against_random(self) -> dict[str, Any] | None:
        """The same against the mean over the random sets, with the interval of paired means; None without any."""
        drawn = [hits.double() for name, hits in self.fooled.items() if name.startswith(f"{RANDOM} ")]
        if not drawn or len(drawn[0]) < 2:
            return None
        mean = torch.stack(drawn).mean(dim=0)
        found = paired_means(self.fooled[CRITICAL].double().tolist(), mean.tolist())
        return {"sets": len(drawn), "rate": float(mean.mean()), **found.entry()}

    def told(self) -> dict[str, Any]:
        """In JSON: the rate of each set with Wilson's interval, and critical pixels against each of the others."""
        sets = []
        for name, size in self.pixels.items():
            rate, length = self.rate(name), self.lengths[name]
            sets.append({"name": name, "pixels": size, "fooled": rate.hits, "rate": rate.value,
                         "interval_95": [round(end, 4) for end in rate.interval], "length": length})  # fmt: skip
        paired = [self.critical_against(name) for name in self.fooled if name not in (CRITICAL, ALL)]
        return {"measure": self.measure, "images": self.rate(CRITICAL).count, "sets": sets, "paired": paired,
                "against_random": self.critical_against_random()}  # fmt: skip


def mcnemar(first: int, second: int) -> float:
    """McNemar's exact p, two-sided: of first + second images fooled once, as uneven a split by a fair coin.

    Of 6 pairs, 5 and 1: 2 (1 + 6) / 2^6 = 0.21875.

    >>> mcnemar(5, 1), mcnemar(0, 0)
    (0.21875, 1.0)
    """
    from scipy.stats import binomtest

    return float(binomtest(first, first + second).pvalue) if first + second else 1.0
