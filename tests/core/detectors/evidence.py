"""Evidence to learn from: maps and images of which the attacked ones differ at a few places, answered by a toy."""

import torch
from torch import Tensor

from core.contracts.classifier import Classifier
from core.contracts.detector import Evidence
from tests.toys import small


def toy_evidence(count: int = 60, seed: int = 0, shift: float = 3.0) -> tuple[Classifier, Evidence, Tensor]:
    """(a classifier, evidence of `count` images 1 x 6 x 6, which of them are attacked: the later half)."""
    generator = torch.Generator().manual_seed(seed)
    model = small(norm=False)
    attacked = torch.arange(count) >= count // 2
    images = 0.5 + 0.1 * torch.randn(count, 1, 6, 6, generator=generator)
    maps = torch.randn(count, 6, 6, generator=generator)
    images[attacked, :, 1, 1:4] += 0.1 * shift
    maps[attacked, 1, 1:4] += shift
    images = images.clamp(0, 1)
    return model, Evidence(images, model.probabilities(images), maps), attacked
