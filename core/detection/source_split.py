"""Three sets of source images that share no picture: to learn from, to set thresholds on, and to test with."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

import torch
from torch import Tensor

from core.base import cancellation
from core.contracts.batch import stream


@dataclass(frozen=True, eq=False)
class SourceSets:
    """Places of images, each rising: `learning` and `calibration` in the split learned from, `testing` in its own.

    `repeated`: how many images were passed over, as the same picture stands in one of the sets already.
    """

    learning: Tensor
    calibration: Tensor
    testing: Tensor
    repeated: int = 0


def split(available: int, learning: int, calibration: int, testing: int, seed: int) -> tuple[Tensor, Tensor, Tensor]:
    """Places of so many images out of `available`, drawn by `seed`, each rising; no place stands in two of the three.

    They are not looked at: see `source_sets`, which passes over repeated pictures. ValueError in a sentence if there
    are too few.

    >>> [places.tolist() for places in split(6, 2, 1, 2, seed=0)]
    [[3, 4], [0], [1, 5]]
    """
    wanted = (learning, calibration, testing)
    if (total := sum(wanted)) > available:
        raise ValueError(
            f"{learning:,} images to learn from, {calibration:,} to calibrate on and {testing:,} to test with are "
            f"{total:,}, and there are {available:,}"
        )
    first, second, third = torch.split(_drawn(available, seed, "sources")[:total], list(wanted))
    return first.sort().values, second.sort().values, third.sort().values


def source_sets(
    images: Tensor, test: Tensor | None, *, learning: int, calibration: int, testing: int, seed: int
) -> SourceSets:
    """Places in `images` (N, C, H, W), uint8, and, for testing, in `test` (M, C, H, W), of another split, if given.

    A picture is taken once: an image whose pixels (sha256 of them) stand in a set already is passed over for the next
    one drawn, so that no picture stands in two sets, whichever splits they are from: CIFAR-10 and CIFAR-100 hold some
    of their training pictures in their test split too. ValueError in a sentence if there are too few.
    """
    order = _drawn(len(images), seed, "sources")
    walk = _unseen(images, order, seen := _Seen())
    places = {"learning": _taken(walk, learning, "learning"), "calibration": _taken(walk, calibration, "calibration")}
    if test is not None:
        walk = _unseen(test, _drawn(len(test), seed, "test sources"), seen)
    return SourceSets(**places, testing=_taken(walk, testing, "testing"), repeated=seen.repeated)


class _Seen:
    """The pictures that stand in a set, and how many came again."""

    def __init__(self) -> None:
        self.digests: set[bytes] = set()
        self.repeated = 0

    def is_new(self, image: Tensor) -> bool:
        """Whether it comes for the first time; it is noted."""
        digest = hashlib.sha256(image.contiguous().numpy().tobytes()).digest()
        new = digest not in self.digests
        self.digests.add(digest)
        self.repeated += not new
        return new


def _drawn(count: int, seed: int, what: str) -> Tensor:
    return torch.randperm(count, generator=torch.Generator().manual_seed(stream(seed, what)))


def _unseen(images: Tensor, order: Tensor, seen: _Seen) -> Iterator[int]:
    """The places of `order` one after the other, without those of pictures that came before."""
    for place in order.tolist():
        cancellation.check()
        if seen.is_new(images[place]):
            yield place


def _taken(walk: Iterator[int], count: int, what: str) -> Tensor:
    """The next `count` places of `walk`, rising."""
    places = list(islice(walk, count))
    if len(places) < count:
        raise ValueError(
            f"{count:,} images were asked for {what}, and only {len(places):,} are left that are in no set yet"
        )
    return torch.tensor(places, dtype=torch.int64).sort().values
