"""The evidence of a small study: toy images and maps of three sets under two attacks at two strengths."""

import torch

from core.contracts.classifier import Classifier
from core.contracts.detector import Evidence
from core.detection.scoring.study_evidence import StudyEvidence
from tests.toys import small

SHIFTS = {("rows", 0.1): 0.5, ("rows", 0.2): 3.0, ("columns", 0.1): 0.5, ("columns", 0.2): 3.0}


def seen_of(model: Classifier, count: int, seed: int, attack: str = "", shift: float = 0.0) -> Evidence:
    """Of `count` sources drawn by `seed`: an attack moves part of a row, or of a column, of image and map."""
    generator = torch.Generator().manual_seed(seed)
    images, maps = torch.rand(count, 1, 6, 6, generator=generator), torch.randn(count, 6, 6, generator=generator)
    part = (slice(1, 2), slice(1, 4)) if attack == "rows" else (slice(1, 4), slice(4, 5))
    if attack:
        images[:, :, *part] += 0.2 * shift
        maps[:, *part] += shift
    images = images.clamp(0, 1)
    return Evidence(images, model.probabilities(images), maps)


def gathered(noise: bool = False) -> tuple[Classifier, StudyEvidence]:
    """(the classifier, 60 learning, 40 calibration and 50 testing sources with what became of them)."""
    model = small(norm=False)
    learnt = {name: shift for (name, strength), shift in SHIFTS.items() if strength == 0.2}
    return model, StudyEvidence(
        strength=0.2, learning=seen_of(model, 60, 1), calibration=seen_of(model, 40, 2), testing=seen_of(model, 50, 3),
        learning_attacked={name: seen_of(model, 60, 1, name, shift) for name, shift in learnt.items()},
        calibration_attacked={name: seen_of(model, 40, 2, name, shift) for name, shift in learnt.items()},
        testing_attacked={cell: seen_of(model, 50, 3, cell[0], shift) for cell, shift in SHIFTS.items()},
        noise=seen_of(model, 60, 4) if noise else None,
    )  # fmt: skip
