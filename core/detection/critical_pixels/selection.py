"""Critical pixels: where the explanations of attacked images are strong, or change most through the attack.

Arif's study, table I, has two readings, for making attacks and for detecting them, and no rule of how many pixels.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal

import torch
from torch import Tensor

from core.contracts.finite import expect_finite

Reading = Literal["generation", "detection"]
READINGS: Mapping[str, str] = MappingProxyType(
    {
        "generation": "mean absolute signature of the attacked image",
        "detection": "mean absolute difference between the signatures of the attacked image and of the original",
    }
)


@dataclass(frozen=True)
class Rule:
    """[REC] Which pixels are critical: the `share` of them that is most important, in (0, 1).

    With `deviations` instead those whose importance is above the mean of all pixels by more than so many standard
    deviations (divided by n). ValueError for numbers outside.
    """

    share: float = 0.1
    deviations: float | None = None

    def __post_init__(self) -> None:
        if not 0 < self.share < 1:
            raise ValueError(f"expected a share of pixels between 0 and 1, got {self.share}")
        if self.deviations is not None and not math.isfinite(self.deviations):
            raise ValueError(f"expected a number of standard deviations, got {self.deviations}")

    @property
    def words(self) -> str:
        """For people."""
        if self.deviations is None:
            return f"the {100 * self.share:.4g} % of pixels with the largest importance"
        return f"pixels with an importance above the mean by more than {self.deviations:.4g} standard deviations"

    def __call__(self, importance: Tensor) -> Tensor:
        """(..., H, W) -> the same shape, bool: exactly round(share * H * W) pixels, at least one, or those above.

        Of equal pixels the earlier ones, row by row, come first.

        >>> maps = torch.tensor([[1.0, 3.0], [3.0, 0.0]])
        >>> Rule(0.25)(maps).tolist(), Rule(deviations=0.5)(maps).tolist()
        ([[False, True], [False, False]], [[False, True], [True, False]])
        """
        flat = importance.flatten(-2)
        if self.deviations is not None:
            middle, spread = flat.mean(dim=-1, keepdim=True), flat.std(dim=-1, correction=0, keepdim=True)
            return (flat > middle + self.deviations * spread).view(importance.shape)
        count = max(1, round(self.share * flat.shape[-1]))
        first = flat.sort(dim=-1, descending=True, stable=True).indices[..., :count]
        return torch.zeros_like(flat, dtype=torch.bool).scatter_(-1, first, True).view(importance.shape)


TOP_TENTH = Rule(0.1)


@dataclass(frozen=True, eq=False)
class CriticalPixels:
    """`importance` (H, W), at least 0, in double precision; `chosen` (H, W) bool, by `rule`, said in words."""

    reading: Reading
    importance: Tensor
    chosen: Tensor
    rule: str

    def told(self) -> dict[str, Any]:
        """In JSON; `chosen` as the places of the pixels, counted row by row."""
        return {
            "reading": self.reading, "rule": self.rule, "count": int(self.chosen.sum()), "pixels": self.chosen.numel(),
            "chosen": self.chosen.flatten().nonzero()[:, 0].tolist(), "importance": rounded(self.importance),
        }  # fmt: skip


def rounded(maps: Tensor) -> list[list[float]]:
    """(H, W) -> rows of numbers with six digits, for a file."""
    return [[float(f"{value:.6g}") for value in row] for row in maps.tolist()]


def magnitudes(reading: Reading, clean: Tensor, attacked: Tensor) -> Tensor:
    """(N, H, W), what is averaged over images: |attacked|, or |attacked - clean|, of signatures of the same images.

    ValueError unless both are of one shape with at least one image, and finite.
    """
    if reading not in READINGS:
        raise ValueError(f"expected a reading among {', '.join(READINGS)}, got {repr(reading)[:40]}")
    if clean.ndim != 3 or clean.shape != attacked.shape or not clean.numel():
        raise ValueError(f"expected signatures (N, H, W) twice, got {tuple(clean.shape)} and {tuple(attacked.shape)}")
    expect_finite(clean, "a signature of an original")
    expect_finite(attacked, "a signature of an attacked image")
    return (attacked - clean if reading == "detection" else attacked).abs()


def by_source(maps: Tensor, sources: Tensor | None) -> Tensor:
    """Maps (R, H, W) -> (N, H, W) in double precision: the mean over the rows of each source, 0 to N - 1.

    sources (R,): of which original a row is a version, None where each is of its own. Versions of one image under
    several attacks are alike, and are one sample, not several.

    >>> by_source(torch.tensor([[[1.0]], [[5.0]], [[3.0]]]), torch.tensor([0, 1, 0])).flatten().tolist()
    [2.0, 5.0]
    """
    maps = maps.double()
    if sources is None:
        return maps
    count = int(sources.max()) + 1
    total = torch.zeros(count, *maps.shape[1:], dtype=torch.float64).index_add(0, sources, maps)
    return total / torch.bincount(sources, minlength=count).view(-1, 1, 1)


def importance(reading: Reading, clean: Tensor, attacked: Tensor) -> Tensor:
    """(N, H, W) twice -> (H, W) in double precision: the mean of `magnitudes` over images. ValueError: see there.

    >>> clean, attacked = torch.tensor([[[1.0, 0.0]], [[1.0, 2.0]]]), torch.tensor([[[1.0, -1.0]], [[-1.0, 2.0]]])
    >>> [importance(reading, clean, attacked).tolist() for reading in ("generation", "detection")]
    [[[1.0, 1.5]], [[1.0, 0.5]]]
    """
    return magnitudes(reading, clean, attacked).mean(dim=0, dtype=torch.float64)


def critical_pixels(reading: Reading, clean: Tensor, attacked: Tensor, rule: Rule = TOP_TENTH) -> CriticalPixels:
    """Of the signatures (N, H, W) of originals and of their attacked images, in one of the two `READINGS`."""
    found = importance(reading, clean, attacked)
    return CriticalPixels(reading, found, rule(found), rule.words)


def by_class(
    reading: Reading, clean: Tensor, attacked: Tensor, labels: Tensor, rule: Rule = TOP_TENTH
) -> dict[int, CriticalPixels]:  # fmt: skip
    """The critical pixels of the images of each class that occurs in labels (N,), rising."""
    if len(labels) != len(clean):
        raise ValueError(f"expected {len(clean)} labels, got {len(labels)}")
    return {
        each: critical_pixels(reading, clean[labels == each], attacked[labels == each], rule)
        for each in sorted(set(labels.tolist()))
    }
