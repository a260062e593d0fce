"""Every corruption: its promises, the numbers of the authors' own scripts, agreement with scikit-image and scipy."""

import json

import numpy as np
import pytest
import torch
from scipy.ndimage import zoom
from skimage.color import hsv2rgb, rgb2hsv

from core.base.params import from_spec, to_spec
from core.catalog import CORRUPTIONS
from core.corruptions._zoom import middle
from core.corruptions.fog import clouds
from core.corruptions.frost import textures
from core.corruptions.glass_blur import sources
from tests.core.corruptions.authors import CIFAR, IMAGENET
from tests.core.corruptions.pictures import made

KEYS = sorted(CORRUPTIONS)
RISING = (  # the published constants of the others do not always change more from one severity to the next
    "brightness", "contrast", "defocus_blur", "fog", "gaussian_noise", "impulse_noise", "jpeg_compression",
    "motion_blur", "shot_noise", "snow", "zoom_blur",
)  # fmt: skip


def test_there_are_the_fifteen_of_the_paper() -> None:
    groups = [CORRUPTIONS[key].group for key in KEYS]
    assert [groups.count(each) for each in ("noise", "blur", "weather", "digital")] == [3, 4, 4, 4]
    assert set(CIFAR) == set(IMAGENET) == set(KEYS) - {"frost"}
    assert [key for key in KEYS if CORRUPTIONS[key].reconstructed] == ["frost"]


@pytest.mark.parametrize("key", sorted(CIFAR))
@pytest.mark.parametrize(("numbers", "count", "side"), [(CIFAR, 2, 32), (IMAGENET, 1, 224)], ids=["32", "224"])
def test_the_numbers_are_those_of_the_authors_scripts(
    key: str, numbers: dict[str, tuple[tuple[float, float], ...]], count: int, side: int
) -> None:
    pictures = made(count, side)
    for severity, expected in enumerate(numbers[key], 1):
        found = CORRUPTIONS[key]()(pictures, severity)
        change = (found.double() - pictures.double()).abs()
        assert (found.double().mean().item(), change.mean().item()) == pytest.approx(expected, abs=0.06)


@pytest.mark.parametrize("key", KEYS)
def test_an_image_is_corrupted_alike_in_every_batch(key: str) -> None:
    kind, pictures = CORRUPTIONS[key](), made(5, 32)
    kept = pictures.clone()
    for severity in (1, 5):
        whole = kind(pictures, severity, seed=3)
        parts = [kind(pictures[begin : begin + 2], severity, seed=3, first=begin) for begin in (0, 2, 4)]
        assert torch.equal(torch.cat(parts), whole)
        assert torch.equal(kind(pictures, severity, seed=3), whole)
        assert whole.dtype == torch.uint8
        assert whole.shape == pictures.shape
    assert torch.equal(pictures, kept)
    assert kind(pictures[:0], 1).shape == (0, 3, 32, 32)


@pytest.mark.parametrize("key", KEYS)
def test_draws_hang_on_seed_severity_and_place(key: str) -> None:
    kind, one = CORRUPTIONS[key](), made(1, 32)
    drawn = not torch.equal(kind(one, 3, seed=1), kind(one, 3, seed=2))
    fixed = ("defocus_blur", "zoom_blur", "brightness", "contrast", "pixelate", "jpeg_compression")
    assert drawn == (key not in fixed)
    assert drawn == (not torch.equal(kind(one, 3), kind(one, 3, first=7)))


@pytest.mark.parametrize("key", KEYS)
def test_grey_pictures_and_pictures_of_any_size(key: str) -> None:
    kind = CORRUPTIONS[key]()
    for pictures in (made(2, 28, 1), made(1, 65, 1, 70), made(1, 20, 3, 40), made(1, 3, 3, 5), made(1, 1, 1)):
        for severity in (1, 5):
            assert kind(pictures, severity).shape == pictures.shape
    grey = made(2, 32, 1)
    if key not in ("gaussian_noise", "shot_noise", "impulse_noise", "jpeg_compression", "frost"):  # those draw or mix
        coloured = kind(grey.expand(-1, 3, -1, -1).contiguous(), 4)
        assert (coloured.int() - kind(grey, 4).int()).abs().max() <= 1


@pytest.mark.parametrize("key", KEYS)
def test_damage_rises_with_severity(key: str) -> None:
    pictures = made(4, 32).double()
    found = [(CORRUPTIONS[key]()(made(4, 32), each).double() - pictures).abs().mean().item() for each in range(1, 6)]
    assert min(found) > 1
    if key in RISING:
        assert found == sorted(found)
    assert CORRUPTIONS[key].small != CORRUPTIONS[key].large
    assert len(CORRUPTIONS[key].small) == len(CORRUPTIONS[key].large) == 5


@pytest.mark.parametrize("key", KEYS)
def test_spec_survives_json(key: str) -> None:
    kind = CORRUPTIONS[key]()
    assert from_spec(json.loads(json.dumps(to_spec(kind))), CORRUPTIONS) == kind


@pytest.mark.parametrize(
    ("pictures", "severity", "said"),
    [
        (torch.zeros(2, 3, 8, 8), 1, r"uint8 images of shape \(N, 1 or 3, H, W\), got \(2, 3, 8, 8\) float32"),
        (made(1, 8, 2), 1, "got .1, 2, 8, 8. uint8"),
        (made(1, 8)[0], 1, "got .3, 8, 8. uint8"),
        (made(1, 8), 0, "a severity from 1 to 5, got 0"),
        (made(1, 8), 6, "got 6"),
    ],
)
def test_what_cannot_be_corrupted_is_refused(pictures: torch.Tensor, severity: int, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        CORRUPTIONS["contrast"]()(pictures, severity)


def test_noise_has_the_mean_and_spread_of_its_formula() -> None:
    flat = torch.full((20, 3, 64, 64), 100, dtype=torch.uint8)
    gaussian = CORRUPTIONS["gaussian_noise"]()(flat, 3).double()
    assert gaussian.mean().item() == pytest.approx(99.5, abs=0.2)  # half a level is cut off
    assert gaussian.std().item() == pytest.approx(0.08 * 255, rel=0.01)
    shot = CORRUPTIONS["shot_noise"]()(flat, 5).double()
    assert shot.std().item() == pytest.approx(255 * (100 / 255 / 50) ** 0.5, rel=0.01)
    impulse = CORRUPTIONS["impulse_noise"]()(flat, 5)
    shares = [(impulse == each).double().mean().item() for each in (0, 255)]
    assert shares == pytest.approx([0.035, 0.035], abs=0.002)


def test_brightness_is_that_of_hsv() -> None:
    pictures = made(3, 32)
    for severity, lift in enumerate((0.05, 0.1, 0.15, 0.2, 0.3), 1):
        hsv = rgb2hsv(pictures.permute(0, 2, 3, 1).numpy() / 255)
        hsv[..., 2] = np.clip(hsv[..., 2] + lift, 0, 1)
        expected = torch.from_numpy(hsv2rgb(hsv) * 255).permute(0, 3, 1, 2)
        assert (CORRUPTIONS["brightness"]()(pictures, severity) - expected).abs().max() < 1 + 1e-6


@pytest.mark.parametrize("factor", [1.0, 1.07, 1.25, 2.25, 4.0])
def test_the_middle_is_zoomed_as_by_scipy(factor: float) -> None:
    picture = made(1, 32).double()
    inner = int(np.ceil(32 / factor))
    top = (32 - inner) // 2
    large = zoom(picture[0, :, top : top + inner, top : top + inner].numpy(), (1, factor, factor), order=1)
    trim = (large.shape[1] - 32) // 2
    expected = large[:, trim : trim + 32, trim : trim + 32]
    np.testing.assert_allclose(middle(picture, factor)[0].numpy(), expected, atol=1e-9)


def test_glass_takes_pixels_from_near_by_in_order() -> None:
    """The same, pixel by pixel on a picture of its own places."""
    draws = [torch.Generator().manual_seed(each) for each in (1, 2)]
    found = sources(9, 8, 2, 1, draws)
    for image, seed in enumerate((1, 2)):
        steps = iter(torch.randint(-2, 2, (5 * 4, 2), generator=torch.Generator().manual_seed(seed)).tolist())
        places = np.arange(72).reshape(9, 8)
        for row in range(7, 2, -1):
            for column in range(6, 2, -1):
                right, down = next(steps)
                places[row, column] = places[row + down, column + right]
        assert found[:, image].tolist() == places.ravel().tolist()


def test_clouds_fill_the_range_and_go_on_at_the_opposite_edge() -> None:
    drawn = torch.rand(3, 63, generator=torch.Generator().manual_seed(0), dtype=torch.float64) * 2 - 1
    found = clouds(drawn, 8, 2.0)
    assert found.amin(dim=(1, 2)).tolist() == [0.0] * 3
    assert found.amax(dim=(1, 2)).tolist() == [1.0] * 3
    rough, smooth = (clouds(drawn, 8, decay).diff(dim=1).abs().mean() for decay in (1.2, 3.0))
    assert rough > smooth


def test_frost_is_always_the_same_and_has_the_colours_of_frost() -> None:
    first = textures(128).clone()
    textures.cache_clear()
    assert torch.equal(textures(128), first)
    expected = torch.tensor([[78, 149, 166], [201, 205, 214], [201, 205, 214], [138, 153, 166], [112, 123, 135]])
    assert (first.mean(dim=(1, 2)) - expected).abs().max() < 2
