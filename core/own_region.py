"""The spurious region of an image for one model: where its answer has the least support."""

from torch import Tensor

from core.classifier import Classifier
from core.explainers.lime import Lime
from core.lower_bound import least_supported

FINDER = Lime(samples=64, segments=64, segmentation="grid")  # of 32 x 32 pixels: cells of 4 x 4
PART = 0.25


def own_region(classifier: Classifier, images: Tensor, labels: Tensor, seed: int = 0) -> Tensor:
    """Masks (N, H, W), bool: the quarter of each image that LIME says supports the label least on this classifier."""
    return least_supported(FINDER(classifier, images, labels, seed=seed).values, PART)
