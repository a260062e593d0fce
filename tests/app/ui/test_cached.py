"""A picture is encoded once, and another picture is never taken for it."""

import io

import numpy as np
import pytest
from PIL import Image

from app.ui import cached_pictures
from app.ui.cached_pictures import shown_png
from core.study.colour_scale import Pixels


def read(content: bytes) -> Pixels:
    return np.asarray(Image.open(io.BytesIO(content)))


def test_large_pictures_that_differ_in_one_pixel_are_two() -> None:
    """By itself Streamlit compares large arrays by a sample: an attack on one pixel would show the original."""
    one = np.zeros((800, 800, 3), np.uint8)
    for place in range(0, 800, 97):
        other = one.copy()
        other[place, place, 1] = 255
        assert np.array_equal(read(shown_png(one)), one)
        assert np.array_equal(read(shown_png(other)), other)


def test_the_same_bytes_in_another_shape_are_another_picture() -> None:
    flat = np.arange(2 * 6 * 3, dtype=np.uint8)
    assert read(shown_png(flat.reshape(2, 6, 3))).shape == (2, 6, 3)
    assert read(shown_png(flat.reshape(6, 2, 3))).shape == (6, 2, 3)


def test_it_is_made_once(monkeypatch: pytest.MonkeyPatch) -> None:
    picture, made = np.full((4, 4, 3), 7, np.uint8), []
    monkeypatch.setattr(cached_pictures, "png", lambda *given: made.append(given) or b"")
    for _ in range(3):
        cached_pictures.shown_png(picture.copy(), 8)
    assert len(made) == 1
    cached_pictures.shown_png.clear()
