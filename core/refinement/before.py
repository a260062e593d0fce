"""How the model that a refinement began with does on its held-out images: what the numbers after it stand beside."""

import torch

from core.refinement.request import Refinement
from core.training.loop import Training
from core.training.validation import validate


def before(request: Refinement, training: Training) -> dict[str, float]:
    """`clean` and `robust` of the base, judged as every epoch was; {} from scratch, or where it cannot be had any more.

    The base is read anew: this is asked for when the training is through.
    """
    validation = training.validation
    if request.start != "base" or not len(validation.images) or training.fabric.world_size > 1:
        return {}
    try:
        base = request.classifier()
        base.net.to(training.fabric.device)
        return validate(base, None, validation.images, validation.attack, training.fabric, validation.at_once)
    except (ValueError, OSError, MemoryError, torch.OutOfMemoryError):
        return {}
