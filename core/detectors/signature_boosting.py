"""Boosted trees on the explanation of an answer (Friedman 2001; the stochastic form, Friedman 2002)."""

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from core.base import cancellation
from core.base.params import param
from core.contracts.classifier import Classifier
from core.contracts.detector import Detector, Evidence, Fitted, balanced
from core.detectors._trees import KINDS, Trees, as_tensors

LARGEST = 28  # pixels a side of the maps that trees read
SIZE = "size"  # the tensor beside those of the trees: height and width of these maps


def pooled(maps: Tensor) -> Tensor:
    """(N, H, W) -> (N, at most 28, at most 28): the mean of what falls into each cell; small maps as they are.

    >>> pooled(torch.tensor([[[1.0, -3.0]]]).repeat_interleave(28, dim=2)).unique()
    tensor([-3.,  1.])
    """
    height, width = (min(side, LARGEST) for side in maps.shape[1:])
    found: Tensor = functional.adaptive_avg_pool2d(maps[:, None], (height, width))[:, 0]
    return found


@dataclass(frozen=True, eq=False)
class _Fitted(Fitted):
    tensors: Mapping[str, Tensor]
    trees: Trees

    def score(self, classifier: Classifier, evidence: Evidence) -> Tensor:
        maps = pooled(evidence.signatures)
        if list(maps.shape[1:]) != self.tensors[SIZE].tolist():
            raise ValueError("these maps are of another size than those that the detector has learned from")
        return self.trees.decision(maps.flatten(1)).float()


@dataclass(frozen=True)
class SignatureBoosting(Detector):
    """Gradient boosting on log loss by scikit-learn, each tree from half of the images and sqrt(pixels) at a split.

    The score is the sum of learning rate times leaf over all trees, from zero: half of the weight is on each kind.
    """

    key = "signature_boosting"
    title = "Boosted trees on explanations"
    plain = "Many small decision trees, each mending what those before it got wrong, look at single places of the map."
    cite = "Friedman 2001, Annals of Statistics 29:1189; 2002, Computational Statistics & Data Analysis 38:367; sklearn"

    trees: int = param(200, low=1, high=2000, title="Trees", help="How many trees")
    depth: int = param(3, low=1, high=8, title="Depth", help="Splits between the root of a tree and a leaf")
    rate: float = param(0.1, low=1e-3, high=1.0, title="Learning rate", help="What each tree counts")

    def fit(self, classifier: Classifier, evidence: Evidence, attacked: Tensor, *, seed: int = 0) -> Fitted:
        from sklearn.ensemble import GradientBoostingClassifier

        weights, maps = balanced(attacked), pooled(evidence.signatures)
        model = GradientBoostingClassifier(
            n_estimators=self.trees, max_depth=self.depth, learning_rate=self.rate, subsample=0.5, max_features="sqrt",
            init="zero", random_state=seed % 2**32,
        )  # fmt: skip
        model.fit(maps.flatten(1).numpy(), attacked.numpy(), weights.numpy(), monitor=_watch)
        return self.restore(as_tensors(model) | {SIZE: torch.tensor(maps.shape[1:])})

    def restore(self, tensors: Mapping[str, Tensor]) -> Fitted:
        size = tensors.get(SIZE, torch.empty(0))
        if set(tensors) != {*KINDS, SIZE} or size.shape != (2,) or size.dtype != torch.int64:
            raise ValueError("these are not the tensors of a detector's trees")
        if not ((size > 0) & (size <= LARGEST)).all():
            raise ValueError(f"the detector's trees do not read maps of at most {LARGEST} x {LARGEST}")
        return _Fitted(tensors, Trees({name: tensors[name] for name in KINDS}, int(size.prod())))


def _watch(*_: object) -> bool:
    """Called by scikit-learn after every tree; true would end the learning, and a stop raises."""
    cancellation.check()
    return False


DETECTORS: tuple[type[Detector], ...] = (SignatureBoosting,)
