"""The spurious region of an image for one model: where it is sensitive without LIME finding support."""

import torch
from torch import Tensor

from core.contracts.batch import Batch
from core.contracts.classifier import Classifier
from core.spurious.regions import SpuriousRegions

FINDER = SpuriousRegions(explained="true")  # of the label whose margin is bounded; no training, so nothing can leak


def own_region(classifier: Classifier, images: Tensor, labels: Tensor, seed: int = 0) -> Tensor:
    """Masks (N, H, W), bool, as refinement finds them, a quarter of each image; empty where LIME tells nothing apart.

    On this very classifier, so that each of two models is judged by a region of its own.
    """
    images, labels = images.detach().to(classifier.device), labels.to(classifier.device)
    masks = FINDER.masks(classifier, classifier, Batch(images, labels, torch.arange(len(labels)), seed, 0, len(labels)))
    assert masks is not None
    return masks.cpu()
