"""A picture's name, its fitting against torchvision's own, and PNG there and back."""

from collections.abc import Callable

import numpy as np
import pytest
import torch
from PIL import Image
from scipy.ndimage import gaussian_filter
from torchvision.transforms import functional as transforms

from core.images.picture import fit, fit_notes, from_png, plain_name, to_png
from tests.core.images.made import COLOUR, PNG, RNG, bomb, encoded, of, takes

# --- names


@pytest.mark.parametrize(
    ("given", "plain"),
    [
        ("cat.png", "cat.png"),
        ("/etc/passwd", "passwd"),
        ("..\\..\\boot.ini", "boot.ini"),
        ("<script>alert(1)</script>.png", "script_.png"),
        ("[link](http://x) **b** `c` $d$.png", "x) _b_ _c_ _d_.png"),
        ("a\u202egnp.exe", "a_gnp.exe"),
        ("a\nb\tc.png", "a_b_c.png"),
        ("", "picture"),
        ("...", "picture"),
        ("Röntgen 胸部.tif", "Röntgen 胸部.tif"),
        ("x" * 300 + ".png", "x" * 56 + ".png"),
    ],
)
def test_names_become_plain_text(given: str, plain: str) -> None:
    assert plain_name(given) == plain


# --- fitting


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("interpolation", ["bicubic", "bilinear"])
@pytest.mark.parametrize("shape", [(300, 400), (533, 311), (256, 256), (64, 91), (224, 1000), (1201, 257)])
def test_fit_equals_torchvisions_resize_and_crop(shape: tuple[int, int], interpolation: str, seed: int) -> None:
    """To the last of 8 bits: Pillow rounds between its two passes, and may take them in another order.

    Bicubic weights add up to more than 1 in size, so two roundings can be 2 apart: seen in 1 of 75,000 values.
    """
    pixels = (gaussian_filter(np.random.default_rng(seed).random((*shape, 3)), (2, 2, 0)) * 1800 % 256).astype(np.uint8)
    pixels = gaussian_filter(pixels, (1, 1, 0))
    image = transforms.resize(Image.fromarray(pixels), 256, transforms.InterpolationMode(interpolation))
    expected = transforms.to_tensor(transforms.center_crop(image, [224, 224]))
    moved = (fit(of(pixels), takes((3, 224, 224), 256, interpolation)) - expected).abs() * 255
    assert moved.max() < (1.01 if interpolation == "bilinear" else 2.01)
    assert (moved > 1.01).float().mean() < 1e-4
    assert expected.std() > 0.1


def test_fit_without_resize_crops_to_the_aspect() -> None:
    """A 4 x 12 picture whose middle third is white: the 2 x 2 classifier sees that third only."""
    pixels = np.zeros((4, 12, 3), np.uint8)
    pixels[:, 4:8] = 255
    assert fit(of(pixels), takes((3, 4, 4))).min() == 1
    assert np.array_equal(fit(of(COLOUR), takes((3, 24, 40))).permute(1, 2, 0).numpy(), COLOUR.astype(np.float32) / 255)


def test_one_channel_models_get_the_luminance() -> None:
    pixels = np.array([[[255, 0, 0], [0, 255, 0], [0, 0, 255], [200, 200, 200]]], np.uint8)
    seen = fit(of(pixels), takes((1, 1, 4)))[0, 0] * 255
    assert seen.round().tolist() == [76, 150, 29, 200]  # 0.299, 0.587, 0.114 of 255


@pytest.mark.parametrize("shape", [(1, 1), (1, 5000), (3000, 1), (2, 7)])
def test_tiny_and_thin_pictures_are_enlarged(shape: tuple[int, int]) -> None:
    picture = of(RNG.integers(0, 256, (*shape, 3), dtype=np.uint8))
    for classifier in (takes((3, 224, 224), 256), takes((3, 32, 32)), takes((1, 28, 28))):
        image = fit(picture, classifier)
        assert tuple(image.shape) == classifier.size
        assert torch.equal(image, (image * 255).round() / 255)
        assert any("enlarged" in note for note in fit_notes(picture, classifier))


def test_what_is_cut_off_is_said() -> None:
    wide = of(np.zeros((100, 200, 3), np.uint8))
    assert (
        fit_notes(wide, takes((3, 32, 32)))[0] == "The model sees the centre: 50% of its width is cut off at the edges."
    )
    # 256 -> 224 of the short side: 12.5 %; of the long one, 512 -> 224: 56 %
    assert "56% of its width and 12% of its height" in fit_notes(wide, takes((3, 224, 224), 256))[0]
    assert fit_notes(of(np.zeros((32, 32, 3), np.uint8)), takes((3, 32, 32))) == ()
    assert any("colours" in note for note in fit_notes(of(COLOUR), takes((1, 28, 28))))


# --- PNG


@pytest.mark.parametrize("channels", [1, 3])
def test_png_round_trip_is_exact(channels: int) -> None:
    image = torch.from_numpy(RNG.integers(0, 256, (channels, 7, 9))).float() / 255
    assert torch.equal(from_png(to_png(image)), image)


def test_png_rounds_to_the_nearest_of_256() -> None:
    image = torch.tensor([[[0.4 / 255, 0.6 / 255, 99.51 / 255, 1.0]]])
    assert (from_png(to_png(image)) * 255).flatten().tolist() == [0, 1, 100, 255]


@pytest.mark.parametrize("bad", [torch.full((3, 2, 2), 1.1), torch.full((3, 2, 2), torch.nan), torch.zeros(2, 2)])
def test_png_of_no_image(bad: torch.Tensor) -> None:
    with pytest.raises(ValueError, match="expected an image"):
        to_png(bad)


BROKEN: dict[str, Callable[[], bytes]] = {
    "jpeg": lambda: encoded(Image.fromarray(COLOUR), "JPEG"),
    "alpha": lambda: encoded(Image.fromarray(COLOUR).convert("RGBA"), "PNG"),
    "one colour transparent": lambda: encoded(Image.fromarray(COLOUR), "PNG", transparency=(1, 2, 3)),
    "cut": lambda: PNG[:100],
    "empty": lambda: b"",
    "bomb": lambda: bomb(50_000, 50_000),
}


@pytest.mark.parametrize("case", BROKEN)
def test_from_png_refuses(case: str) -> None:
    with pytest.raises(ValueError, match="not a readable"):
        from_png(BROKEN[case]())
