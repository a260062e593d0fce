"""Made digits under the name of MNIST."""

from pathlib import Path

import numpy as np
import pytest

from app.ui import cached_pictures


@pytest.fixture
def digits(home: Path) -> Path:
    """Sixty made images of the size of MNIST's, under its name, so that nothing is fetched."""
    draws = np.random.default_rng(0)
    found = {}
    for split, count in (("train", 120), ("test", 20)):
        found[f"{split}_images"] = draws.integers(0, 256, (count, 28, 28)).astype(np.uint8)
        found[f"{split}_labels"] = np.arange(count) % 10
    (home / "data").mkdir()
    np.savez(home / "data" / "mnist.npz", **found)
    return home


@pytest.fixture(autouse=True)
def no_test_images_of_another_test() -> None:
    """Published data are cached by their name, and every test may put others under it."""
    cached_pictures._test_images.clear()
