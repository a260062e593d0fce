"""What a classifier answers on one image: the probability of every class."""

from dataclasses import dataclass

from torch import Tensor

from core.contracts.checks import expect_batch
from core.contracts.classifier import Classifier


@dataclass(frozen=True)
class Prediction:
    """Class probabilities of one image; `top` is the answer."""

    probabilities: tuple[float, ...]

    @property
    def top(self) -> int:
        return max(range(len(self.probabilities)), key=self.probabilities.__getitem__)

    def best(self, count: int) -> list[int]:
        """The `count` most probable classes, most probable first."""
        return sorted(range(len(self.probabilities)), key=self.probabilities.__getitem__, reverse=True)[:count]

    def __getitem__(self, label: int) -> float:
        return self.probabilities[label]


def predict(classifier: Classifier, image: Tensor) -> Prediction:
    """The prediction for one image (C, H, W) in [0, 1]; ValueError in one sentence for any other."""
    expect_batch(classifier, image[None])
    return Prediction(tuple(classifier.probabilities(image[None])[0].double().tolist()))
