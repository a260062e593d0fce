"""Do critical pixels depend on the class: those of each class by itself, beside those of groups of mixed classes."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from core.base import cancellation
from core.detection.critical_pixels.selection import CriticalPixels, Rule, by_class
from core.detection.critical_pixels.stability import jaccard
from core.detection.names import numbered

FEWEST = 5  # images of a class
MOST = 100  # classes
DRAWS = 19  # of mixed groups: an overlap below that of all of them is as rare as 1 in 20 where the class says nothing


@dataclass(frozen=True, eq=False)
class ClassSets:
    """By label, the critical pixels that the images of a class give: `found`, of so many `images`, and their `overlap`,
    the Jaccard index with the set of all images. `left_out`: other labels that occur, with fewer than 5 images, or
    beyond the 100 commonest.

    `mixed`: the mean overlap, in each of 19 draws, of groups of as many images as these classes have, whatever their
    class. Fewer images give a set that is less like that of all: only what lies below `mixed` is the class's.
    """

    found: dict[int, CriticalPixels]
    images: dict[int, int]
    overlap: dict[int, float]
    mixed: list[float]
    left_out: list[int]

    def told(self, classes: Sequence[str]) -> dict[str, Any]:
        """In JSON, by the names of the classes: `per_class`, each with its `count` and `chosen` places, row by row;
        `class_overlap`, the mean over classes with that of mixed groups and the lowest of these, None of fewer than
        two classes; `left_out`."""
        names = numbered(list(classes))
        per_class = {
            names[label]: {
                "images": self.images[label], "count": int(each.chosen.sum()), "overlap": self.overlap[label],
                "chosen": each.chosen.flatten().nonzero()[:, 0].tolist(),
            } for label, each in self.found.items()
        }  # fmt: skip
        means = None
        if len(self.found) > 1:
            means = {"mean": sum(self.overlap.values()) / len(self.overlap), "draws": len(self.mixed),
                     "mixed": sum(self.mixed) / len(self.mixed), "mixed_least": min(self.mixed)}  # fmt: skip
        return {"per_class": per_class, "class_overlap": means, "left_out": [names[label] for label in self.left_out]}


def class_sets(
    whole: CriticalPixels, clean: Tensor, attacked: Tensor, labels: Tensor, rule: Rule, *,
    sources: Tensor | None = None, seed: int = 0,
) -> ClassSets:  # fmt: skip
    """Of the signatures (R, H, W) of originals and of their attacked images, from which `whole` was found by `rule`.

    labels (N,): the class of each original; sources (R,): of which original a row is a version, None where row i is
    of original i. Originals are drawn into mixed groups with all their versions. ValueError as in `by_class`.
    """
    rows = torch.arange(len(labels)) if sources is None else sources
    if len(rows) != len(clean):
        raise ValueError(f"expected the original of {len(clean)} rows, got {len(rows)}")
    counts = torch.bincount(labels)
    ordered = counts.sort(descending=True, stable=True).indices.tolist()
    kept = sorted(label for label in ordered[:MOST] if counts[label] >= FEWEST)

    def found(own: Tensor) -> dict[int, CriticalPixels]:
        some = torch.isin(own[rows], torch.tensor(kept, dtype=own.dtype))
        return by_class(whole.reading, clean[some], attacked[some], own[rows][some], rule)

    def overlaps(sets: dict[int, CriticalPixels]) -> dict[int, float]:
        return {label: float(jaccard(each.chosen, whole.chosen)) for label, each in sets.items()}

    sets, mixed = found(labels), []
    draws = torch.Generator().manual_seed(seed)
    for _ in range(DRAWS if len(kept) > 1 else 0):
        cancellation.check()
        drawn = overlaps(found(labels[torch.randperm(len(labels), generator=draws)]))
        mixed.append(sum(drawn.values()) / len(drawn))
    left_out = [label for label in range(len(counts)) if counts[label] and label not in kept]
    return ClassSets(sets, {label: int(counts[label]) for label in kept}, overlaps(sets), mixed, left_out)
