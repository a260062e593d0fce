"""AutoAugment (Cubuk et al. 2019, arXiv 1805.09501) of a batch, image by image, as the batch's seed draws it."""

from collections.abc import Callable

import numpy as np
import torch
from PIL import Image
from torch import Tensor
from torchvision.transforms import AutoAugment, AutoAugmentPolicy

from core.base.rng import seeded
from core.contracts.batch import Batch

GREY = 128  # what comes in at an edge when an image is moved, of 255, as in the code of DAJAT


def autoaugmented(batch: Batch) -> Tensor:
    """The images (n, C, H, W) in [0, 1], C 1 or 3, each changed by one of the 25 rules found for CIFAR-10; new values.

    By torchvision, on PIL images of 8 bits a value. What is drawn for an image depends on its place in the whole batch
    alone. Runs on the CPU, about a millisecond an image.
    """
    seeds = batch.draw("autoaugment", lambda shape, draws: torch.randint(2**62, shape, generator=draws), ())
    channels = batch.images.shape[1]
    change: Callable[[Image.Image], Image.Image] = AutoAugment(
        AutoAugmentPolicy.CIFAR10, fill=GREY if channels == 1 else [GREY] * channels
    )
    levels = (batch.images.detach().float().cpu() * 255).round().to(torch.uint8).permute(0, 2, 3, 1)
    changed = []
    for seed, image in zip(seeds.tolist(), levels, strict=True):
        with seeded(seed):
            made = change(Image.fromarray(image.squeeze(-1).numpy()))
        changed.append(torch.from_numpy(np.array(made)).view(image.shape))
    return (torch.stack(changed).permute(0, 3, 1, 2).float() / 255).to(batch.images)
