"""The costly part of a detection study in pieces: a batch of sources attacked and explained, kept under its content.

What a piece computes is found in the cache by the stages that ask for it, so pieces can be made in any order, by any
number of processes, and twice; a piece that the cache no longer has is computed there, to the same numbers.
"""

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from torch import Tensor

from core.detection.attacked_images import attacked_images
from core.detection.content_cache import ContentCache
from core.detection.signatures import signatures
from core.detection.subject import Subject


@dataclass(frozen=True)
class SharedCache(ContentCache):
    """A cache that writes down which keys were put into it, and gives what others have put for a run as its own work.

    made: keys that were put here. credit: keys that pieces of the same run have put; who first asks for one has made
    it, so that the study tells of as many attacks and signatures made as one that was not in pieces.
    """

    made: list[str] = field(default_factory=list)
    credit: set[str] = field(default_factory=set)

    def put(self, key: str, tensors: Mapping[str, Tensor]) -> None:
        self.made.append(key)
        super().put(key, tensors)

    def counts_as_made(self, key: str) -> bool:
        try:
            self.credit.remove(key)
        except KeyError:
            return False
        return True

    def add_credit(self, keys: Iterable[str]) -> None:
        self.credit.update(keys)


def pieces(subject: Subject) -> list[tuple[str, int]]:
    """(part of the sources, place of its first image there) of each batch."""
    return [(part, begin) for part, source in subject.sources.items()
            for begin in range(0, len(source), subject.asked.batch)]  # fmt: skip


def make_piece(subject: Subject, cache: SharedCache, part: str, begin: int) -> dict[str, Any]:
    """Attack one batch by every attack at every strength that the study looks at, and explain all of its versions.

    Returns how many `images` it has, the `keys` that were computed anew, and the seconds that each thing `took`.
    """
    asked, known = subject.asked, len(cache.made)
    rows = slice(begin, begin + asked.batch)
    images, labels = subject.sources[part].images[rows], subject.sources[part].labels[rows]
    strengths = asked.strengths if part == "testing" else (asked.strength,)
    seconds: dict[str, float] = {}
    shown = [images]
    for name, attack in zip(subject.names, subject.attacks, strict=True):
        begun = time.perf_counter()
        found = attacked_images(subject.classifier, images, labels, attack, strengths, seed=asked.seed + begin,
                                batch=asked.batch, cache=cache)  # fmt: skip
        seconds[name] = round(time.perf_counter() - begun, 3)
        shown += list(found.images)
    begun = time.perf_counter()
    for each in shown:
        signatures(subject.classifier, subject.explainer, each, seed=asked.seed, batch=asked.batch, cache=cache)
    seconds[subject.explainer.title] = round(time.perf_counter() - begun, 3)
    return {"images": len(images), "keys": cache.made[known:], "took": seconds}
