"""Random rectangles: as the authors' functions draw them from the same numbers, and how large they are."""

import math

import numpy as np
import pytest
import torch

from core.occlusion.rectangles import TRIES, cutmix_rectangles, erasing_rectangles
from tests.toys import draw


def test_cutmix_rectangles_are_the_authors() -> None:
    """The operations of `rand_bbox` of github:clovaai/CutMix-PyTorch, commit 9dc8245, on given numbers."""
    drawn = draw(50, 3, seed=2)
    found = cutmix_rectangles(drawn, 11, 7)
    for row, (lam, down, across) in zip(found, drawn.tolist(), strict=True):
        cut = np.sqrt(1.0 - lam)
        (cy, cx), (cut_h, cut_w) = (int(down * 11), int(across * 7)), (int(11 * cut), int(7 * cut))
        top, bottom = np.clip([cy - cut_h // 2, cy + cut_h // 2], 0, 11)
        left, right = np.clip([cx - cut_w // 2, cx + cut_w // 2], 0, 7)
        wanted = np.zeros((11, 7), dtype=bool)
        wanted[top:bottom, left:right] = True
        assert np.array_equal(row.numpy(), wanted)
    assert found.flatten(1).any(dim=1).sum() > 30


@pytest.mark.parametrize(("height", "width"), [(32, 32), (20, 12)])
def test_erasing_rectangles_are_the_authors(height: int, width: int) -> None:
    """The operations of github:zhunzhong07/Random-Erasing, commit 77a4ed0, on given numbers."""
    drawn = draw(60, 2 * TRIES + 2, seed=3)
    found, tries = erasing_rectangles(drawn, height, width), []
    for row, numbers in zip(found, drawn.tolist(), strict=True):
        wanted = torch.zeros(height, width, dtype=torch.bool)
        for attempt in range(TRIES):
            target_area = (0.02 + 0.38 * numbers[2 * attempt]) * height * width
            aspect_ratio = 0.3 + (1 / 0.3 - 0.3) * numbers[2 * attempt + 1]
            h, w = round(math.sqrt(target_area * aspect_ratio)), round(math.sqrt(target_area / aspect_ratio))
            if w < width and h < height:
                top, left = int(numbers[-2] * (height - h + 1)), int(numbers[-1] * (width - w + 1))
                wanted[top : top + h, left : left + w] = True
                tries.append(attempt)
                break
        assert torch.equal(row, wanted)
    assert len(tries) == 60
    assert max(tries) > 0  # some are drawn again


def test_erasing_is_as_large_as_it_should_be_and_lies_everywhere() -> None:
    found = erasing_rectangles(draw(3000, 4, 2 * TRIES + 2, seed=4), 32, 32)
    areas = found.float().mean(dim=(2, 3))
    assert found.shape == (3000, 4, 32, 32)
    assert areas.min() > 0.015
    assert areas.max() < 0.42
    assert areas.mean().item() == pytest.approx(0.2, abs=0.02)
    often = found.float().mean(dim=(0, 1))
    assert often.min() > 0.001  # the corners too, though seldom
    torch.testing.assert_close(often, often.flip(0, 1), atol=0.03, rtol=0)


def test_one_that_never_fits_is_empty() -> None:
    assert not erasing_rectangles(torch.full((1, 2 * TRIES + 2), 0.999), 32, 32).any()
