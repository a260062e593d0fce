"""Boosted trees as tensors: taken from scikit-learn once they have learned, and walked here; nothing is pickled."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from core.base import cancellation
from core.contracts.finite import expect_finite

LEAF = -1  # in place of a child
AT_ONCE = 2_000  # rows walked together
KINDS = {
    "feature": torch.int64, "left": torch.int64, "right": torch.int64, "threshold": torch.float64,
    "value": torch.float64,
}  # fmt: skip


def as_tensors(model: Any) -> dict[str, Tensor]:
    """The trees of a fitted GradientBoostingClassifier of two classes that began at zero, each (T, M).

    T trees of at most M nodes: at a node, `feature` is compared with `threshold`, the child is `left` where it is at
    most that; at a leaf, whose `left` is LEAF, `value` counts, the learning rate in it.
    """
    trees = [row[0].tree_ for row in model.estimators_]
    most = max(tree.node_count for tree in trees)
    found = {name: torch.zeros(len(trees), most, dtype=kind) for name, kind in KINDS.items()}
    for place, tree in enumerate(trees):
        parts = {
            "feature": tree.feature, "left": tree.children_left, "right": tree.children_right,
            "threshold": tree.threshold, "value": model.learning_rate * tree.value[:, 0, 0],
        }  # fmt: skip
        for name, values in parts.items():
            found[name][place, : tree.node_count] = torch.as_tensor(values.copy())
        for name in ("feature", "left", "right"):
            found[name][place, tree.node_count :] = LEAF
    leaves = found["left"] == LEAF
    found["feature"][leaves], found["threshold"][leaves], found["right"][leaves] = 0, 0.0, LEAF
    return found


@dataclass(frozen=True, eq=False)
class Trees:
    """Trees for rows of `width` numbers; ValueError in one sentence if the tensors are not those of such trees.

    A child's number is above its parent's, so that every walk ends.
    """

    tensors: Mapping[str, Tensor]
    width: int

    def __post_init__(self) -> None:
        shapes = {value.shape for value in self.tensors.values()}
        kinds = {name: value.dtype for name, value in self.tensors.items()}
        if kinds != KINDS or len(shapes) != 1 or len(shape := shapes.pop()) != 2 or not shape.numel():
            raise ValueError("these are not the tensors of a detector's trees")
        expect_finite(self.tensors["threshold"], "a threshold of the detector's trees")
        expect_finite(self.tensors["value"], "a value of the detector's trees")
        own, feature = torch.arange(shape[1]).expand(shape), self.tensors["feature"]
        inner = self.tensors["left"] != LEAF
        for name in ("left", "right"):
            child = self.tensors[name]
            if not ((child[inner] > own[inner]) & (child[inner] < shape[1])).all():
                raise ValueError("the children of a node of the detector's trees do not come after it")
        if not ((feature >= 0) & (feature < self.width)).all():
            raise ValueError("the detector's trees ask for a number that a map of this size does not have")

    def decision(self, rows: Tensor) -> Tensor:
        """(N, width) -> (N,) in double precision: the sum of what the trees say, as scikit-learn's `decision_function`.

        Values are compared in single precision with thresholds in double, as there.
        """
        parts = []
        for part in torch.split(rows.float().cpu(), AT_ONCE):
            cancellation.check()
            parts.append(self._walked(part.double()))
        return torch.cat(parts) if parts else torch.zeros(0, dtype=torch.float64)

    def _walked(self, rows: Tensor) -> Tensor:
        total = torch.zeros(len(rows), dtype=torch.float64)
        every = torch.arange(len(rows))
        named = (self.tensors[name] for name in ("feature", "threshold", "left", "right", "value"))
        for feature, threshold, left, right, value in zip(*named, strict=True):
            at = torch.zeros(len(rows), dtype=torch.int64)
            while (inner := left[at] != LEAF).any():
                low = rows[every, feature[at]] <= threshold[at]
                at = torch.where(inner, torch.where(low, left[at], right[at]), at)
            total += value[at]
        return total
