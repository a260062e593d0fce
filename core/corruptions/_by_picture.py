"""What Pillow does to one picture, done to each of a batch."""

from collections.abc import Callable

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from core.base import cancellation


def by_picture(images: Tensor, change: Callable[[Image.Image], Image.Image]) -> Tensor:
    """uint8 images (N, 1 or 3, H, W), each changed as a Pillow picture, grey or RGB: uint8 of the same shape."""
    rows = images.permute(0, 2, 3, 1).contiguous().numpy()
    made = []
    for row in rows:
        cancellation.check()
        made.append(np.asarray(change(Image.fromarray(row[:, :, 0] if row.shape[2] == 1 else row))))
    return torch.from_numpy(np.stack(made).reshape(rows.shape)).permute(0, 3, 1, 2).contiguous()
