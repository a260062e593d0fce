"""What is shown in place of a covered region."""

from dataclasses import replace

import torch

from core.occlusion.fills import fill
from tests.toys import guided_batch


def test_blur_and_noise_and_mean_stay_in_range_and_keep_what_they_should() -> None:
    batch = guided_batch()
    for kind in ("mean", "blur", "noise"):
        filled = fill(batch, kind)
        assert 0 <= filled.min() <= filled.max() <= 1
    torch.testing.assert_close(fill(batch, "mean")[:, 0, 0, 0], batch.images.mean(dim=(1, 2, 3)))
    flat = replace(batch, images=torch.full_like(batch.images, 0.3))
    torch.testing.assert_close(fill(flat, "blur"), flat.images)
