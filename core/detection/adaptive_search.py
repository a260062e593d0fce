"""The walks of an attacker who knows, and the best image of each source that they have met, by the real detector."""

import math
from collections.abc import Callable, Iterator

import torch
from torch import Tensor

from core.contracts.ascend import project
from core.contracts.finite import expect_finite
from core.detection.adaptive_gradients import Known, Way, uphill

ScoreOf = Callable[[Tensor], Tensor]  # images (M, C, H, W) on the CPU -> (M,), by the real signature and detector


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
        return self._counts(self.fooled) & (self.scores < self.threshold)

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
        self, way: Way, rows: Tensor, start: Tensor, softness: float, *, step: float, steps: int, check: int, seed: int
    ) -> Iterator[float]:
        """One try for `rows` (M,) from `start` (M, C, H, W): see `adaptive_attack`. Yields the part done at each look.

        Between two looks the image of lowest score, by what has gradients, is kept for the next.
        """
        device, draws = self.known.classifier.device, torch.Generator().manual_seed(seed)
        current, tried = start.to(device), start.clone()
        lowest = torch.full((len(rows),), math.inf)
        for index in range(steps):
            labels, weights = self.labels[rows].to(device), self.weights[rows].to(device)
            seen = self.known.look(current, labels, beside=self.fooling, draws=draws)
            scores = seen.scores.cpu()
            better = self._counts(seen.lead.cpu() < 0) & (scores < lowest)
            tried[better], lowest[better] = current[better.to(device)].cpu(), scores[better]
            slope = uphill(way, seen, weights, self.known.threshold, softness).sign()
            moved = current - step * (1 - index / steps) * slope
            current = project(moved, self.images[rows].to(device), self.eps, math.inf)
            if (index + 1) % check and index + 1 < steps:
                continue
            found = lowest < math.inf
            self._offer(tried[found], rows[found])
            if way == "weighted":
                self.weights[rows] *= torch.where(found, 2.0, 0.5)
            left = ~self.done[rows]
            rows, current, tried = rows[left], current[left.to(device)], tried[left]
            lowest = torch.full((len(rows),), math.inf)
            yield (index + 1) / steps
            if not len(rows):
                return
