"""The pictures and numbers of the front page are what the engine computes."""

import io

import numpy as np
import pytest
from PIL import Image

from core.images.stories import FIRST_GALLERY, MODELS, first_picture
from core.recipes.overview_case import computed
from core.study.figures import pixels
from core.study.picture_row import FOLDER, NUMBERS, PICTURES, PictureRow, drawn, shipped_row


def read(content: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(content)).convert("RGB")).astype(int)


def test_the_row_is_of_the_picture_that_inspect_begins_with() -> None:
    row = shipped_row()
    assert (row.case.image, row.case.classifier) == (first_picture(), MODELS[FIRST_GALLERY])
    assert row.moved < row.noise[0] <= row.noise[1], "the page says that the map moved more than under noise"
    assert {path.name for path in FOLDER.iterdir()} == {NUMBERS, *(f"{name}.png" for name in PICTURES)}
    assert PictureRow.from_json(row.to_json()) == row


def test_computed_again_it_is_the_same() -> None:
    """Last digits differ between machines and numbers of threads, and an attack amplifies them: what it made, and how
    far the map moved, is not compared digit by digit, but that it moved by more than under every draw of noise is.
    """
    row = shipped_row()
    study = computed(row.case)
    again = PictureRow.of(study, row.made)
    assert (again.before[0], again.after[0], again.factor, again.draws) == (
        row.before[0], row.after[0], row.factor, row.case.controls,
    )  # fmt: skip
    assert again.before[1] == pytest.approx(row.before[1], abs=0.01)
    assert all(each.moved < min(each.noise) for each in (row, again))
    assert again.noise == pytest.approx(row.noise, abs=0.03)
    made = drawn(study)  # both maps share one scale, which the attacked one decides
    for name, allowed in {"original": 0.0, "attacked": 8.0}.items():
        stored = (FOLDER / f"{name}.png").read_bytes()
        assert np.abs(read(made[name]) - read(stored)).mean() <= allowed, name
    assert np.array_equal(read((FOLDER / "original.png").read_bytes()), pixels(study.original))
