"""The walks of an attacker who knows, and the best image of each source that they have met, by the real detector."""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import get_args

import torch
from torch import Tensor
from torch.nn.functional import max_pool2d

from core.contracts.ascend import project
from core.contracts.finite import expect_finite
from core.detection.adaptive.adaptive_gradients import Known, Way, uphill

ScoreOf = Callable[[Tensor], Tensor]  # images (M, C, H, W) on the CPU -> (M,), by the real signature and detector


FLAT = 0.05  # values that differ by no more are the same plain surface


@dataclass(frozen=True)
class Try:
    """One walk: a way, and whether it keeps off plain surfaces, by `reach` pixels; None: it may change every pixel.

    What lies on an empty background gives an attack away, to a detector that looks at single pixels at least.
    ValueError for what is none.
    """

    way: Way
    reach: int | None = None

    def __post_init__(self) -> None:
        if self.way not in get_args(Way) or (self.reach is not None and self.reach < 0):
            raise ValueError(f"expected a way among {', '.join(get_args(Way))} and a reach from 0, got {self}")

    def free(self, images: Tensor) -> Tensor:
        """(N, 1, H, W) bool, of images (N, C, H, W): the pixels that it may change.

        Those within `reach` of which, in rows and columns, the values of a channel differ.

        >>> image = torch.tensor([0.0, 0.0, 0.0, 0.9, 0.9, 0.0]).view(1, 1, 1, 6)
        >>> [Try("weighted", reach).free(image).int().flatten().tolist() for reach in (None, 1)]
        [[1, 1, 1, 1, 1, 1], [0, 0, 1, 1, 1, 1]]
        """
        if self.reach is None:
            return torch.ones_like(images[:, :1], dtype=torch.bool)
        highest, lowest = (max_pool2d(each, 2 * self.reach + 1, 1, self.reach) for each in (images, -images))
        return (highest + lowest > FLAT).any(dim=1, keepdim=True)


class Search:
    """What is best of each of N images so far: of those that fool, the one of lowest real score.

    `best` (N, C, H, W), the image itself where none fools; `scores` (N,), the real ones; `fooled` (N,) bool: answered
    wrong; `weights` (N,): of the weighted way, 1 at first; `queries`: images that the real detector was asked about.
    fooling: False for an attacker who wants a low score alone, whatever the answer.
    """

    def __init__(
        self, known: Known, images: Tensor, labels: Tensor, eps: float, threshold: float, score_of: ScoreOf,
        *, batch: int, fooling: bool = True,
    ) -> None:  # fmt: skip
        self.known, self.images, self.labels, self.eps = known, images, labels, eps
        self.threshold, self.score_of, self.fooling = threshold, score_of, fooling
        self.queries, self.best, self.weights = 0, images.clone(), torch.ones(len(images))
        asked = [self._asked(images[rows], rows) for rows in torch.split(torch.arange(len(images)), batch)]
        self.scores, self.fooled = (torch.cat(parts) for parts in zip(*asked, strict=True))

    @property
    def done(self) -> Tensor:
        """(N,) bool: nothing is left to look for."""
        return self._counts(self.fooled) & (self.scores <= self.threshold)

    def _counts(self, fooled: Tensor) -> Tensor:
        return fooled if self.fooling else torch.ones_like(fooled)

    def _asked(self, images: Tensor, rows: Tensor) -> tuple[Tensor, Tensor]:
        """(M,) the real scores of what was made of `rows`, and (M,) bool: the answers are wrong."""
        self.queries += len(images)
        scores = expect_finite(self.score_of(images).detach().float().cpu(), "the detector's score")
        return scores, self.known.classifier.probabilities(images).argmax(dim=1).cpu() != self.labels[rows]

    def _offer(self, images: Tensor, rows: Tensor) -> None:
        """Keep what is better than the best so far."""
        if not len(rows):
            return
        scores, fooled = self._asked(images, rows)
        first = self._counts(fooled) & ~self._counts(self.fooled[rows])
        better = first | (self._counts(fooled) & (scores < self.scores[rows]))
        rows = rows[better]
        self.best[rows], self.scores[rows], self.fooled[rows] = images[better], scores[better], fooled[better]

    def walk(
        self, one: Try, rows: Tensor, start: Tensor, softness: float, *, step: float, steps: int, check: int, seed: int
    ) -> Iterator[float]:
        """One try for `rows` (M,) from `start` (M, C, H, W): see `adaptive_attack`. Yields the part done at every look.

        Between two looks the image of lowest score, by what has gradients, is kept for the next.
        """
        device, draws = self.known.classifier.device, torch.Generator().manual_seed(seed)
        free = one.free(self.images[rows])
        tried = torch.where(free, start, self.images[rows])
        current = tried.to(device)
        lowest = torch.full((len(rows),), math.inf)
        for index in range(steps):
            labels, weights = self.labels[rows].to(device), self.weights[rows].to(device)
            seen = self.known.look(current, labels, beside=self.fooling, draws=draws)
            scores = seen.scores.cpu()
            better = self._counts(seen.lead.cpu() < 0) & (scores < lowest)
            tried[better], lowest[better] = current[better.to(device)].cpu(), scores[better]
            slope = uphill(one.way, seen.only(free.to(device)), weights, self.known.threshold, softness).sign()
            moved = current - step * (1 - index / steps) * slope
            current = project(moved, self.images[rows].to(device), self.eps, math.inf)
            if (index + 1) % check and index + 1 < steps:
                continue
            found = lowest < math.inf
            self._offer(tried[found], rows[found])
            if one.way == "weighted":
                self.weights[rows] *= torch.where(found, 2.0, 0.5)
            left = ~self.done[rows]
            rows, current, tried, free = rows[left], current[left.to(device)], tried[left], free[left]
            lowest = torch.full((len(rows),), math.inf)
            yield (index + 1) / steps
            if not len(rows):
                return
