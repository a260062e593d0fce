"""What takes the place of a masked region: the image's mean, its blur, noise, or the same place of another image."""

import torch
from torch import Tensor

from core.contracts.batch import Batch
from core.occlusion.backgrounds import blur

FILLS = {
    "mean": "their mean colour", "blur": "the picture, blurred", "noise": "noise",
    "patch": "a patch of another picture",
}  # fmt: skip


def covered(batch: Batch, kind: str, share: float) -> tuple[Tensor, Tensor]:
    """The images (n, C, H, W), a random `share` of them with their masked region filled; which (n,) have one filled."""
    if batch.masks is None or share == 0:
        return batch.images, torch.zeros(len(batch), dtype=torch.bool, device=batch.images.device)
    drawn = batch.draw("masking", lambda shape, draws: torch.rand(shape, generator=draws), ()) < share
    hidden = batch.masks & drawn.view(-1, 1, 1)
    return torch.where(hidden[:, None], fill(batch, kind), batch.images), hidden.flatten(1).any(dim=1)


def fill(batch: Batch, kind: str) -> Tensor:
    """Images (n, C, H, W) in [0, 1] to take the masked pixels from.

    mean: the image's mean of each channel. blur: the image under a Gaussian of a sixth of its side. noise: uniform,
    another for each image. patch: another training image (CutMix, but the label stays; Yun et al., arXiv 1905.04899).
    """
    images = batch.images
    if kind == "mean":
        return images.mean(dim=(2, 3), keepdim=True).expand_as(images)
    if kind == "blur":
        return blur(images, images.shape[3] / 6)
    if kind == "noise":
        return batch.draw("fill", lambda shape, draws: torch.rand(shape, generator=draws))
    if kind == "patch":
        if batch.others is None:
            raise ValueError("expected other images to take patches from, got none")
        return batch.others
    raise ValueError(f"expected a fill among {', '.join(FILLS)}, got {kind!r}")
