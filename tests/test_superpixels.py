"""Superpixels: numbered without holes, and the same as the `lime` package cuts."""

import numpy as np
import pytest
import torch
from torch import Tensor

from core.superpixels import KINDS, superpixels


def photo(size: int = 32, seed: int = 0) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    image = torch.rand(1, 3, 4, 4, generator=generator).repeat_interleave(size // 4, 2).repeat_interleave(size // 4, 3)
    image = 0.7 * image + 0.2 * torch.rand(image.shape, generator=generator)
    return image.clamp(0, 1)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("channels", [1, 3])
def test_superpixels_are_numbered_without_holes(kind: str, channels: int) -> None:
    images = torch.cat([photo(32, 0), photo(32, 1)])[:, :channels]
    parts = superpixels(images, kind, 20)
    assert parts.shape == (2, 32, 32)
    for each in parts:
        assert each.unique().tolist() == list(range(int(each.max()) + 1))
    assert torch.equal(superpixels(images[1:], kind, 20)[0], parts[1])


def test_quickshift_is_that_of_the_lime_package() -> None:
    from lime.wrappers.scikit_image import SegmentationAlgorithm

    image = photo(48)
    theirs = SegmentationAlgorithm("quickshift", kernel_size=4, max_dist=200, ratio=0.2, random_seed=42)
    wanted = theirs(image[0].permute(1, 2, 0).double().numpy())
    assert np.array_equal(superpixels(image, "quickshift")[0].numpy(), wanted)
