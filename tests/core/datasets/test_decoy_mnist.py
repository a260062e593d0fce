"""Decoy MNIST: the square, its shades and its places, as in the paper; nothing else of the digits is touched."""

from pathlib import Path

import numpy as np
import pytest
import torch

from core.catalog import DATASETS
from core.contracts.interfaces import Images
from core.datasets.decoy_mnist import places, shades

KEYS = [key for key in DATASETS if key.startswith("decoy_mnist")]


@pytest.fixture
def digits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Images:
    rng = np.random.default_rng(0)
    images, labels = rng.integers(1, 256, (40, 28, 28), dtype=np.uint8), np.arange(40) % 10
    np.savez(tmp_path / "mnist.npz", train_images=images, train_labels=labels, test_images=images[::-1].copy(),
             test_labels=labels[::-1].copy())  # fmt: skip
    monkeypatch.setenv("COUNTERPROOF_DATA", str(tmp_path))
    return DATASETS["mnist"]().load("train")


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("split", ["train", "test"])
def test_a_square_of_one_shade_and_nothing_else(digits: Images, key: str, split: str) -> None:
    found, plain = DATASETS[key]().load(split), DATASETS["mnist"]().load(split)  # type: ignore[arg-type]
    assert torch.equal(found.labels, plain.labels)
    where = places(40, split, key.endswith("moved"))  # type: ignore[arg-type]
    assert torch.equal(found.images[:, 0][~where], plain.images[:, 0][~where])
    squares = found.images[:, 0][where].view(40, 16)
    assert (squares == squares[:, :1]).all()
    numbers = (255 - squares[:, 0].long()) / 25
    same = numbers == found.labels
    assert {"decoy_mnist_random": 0 < same.sum() < 15, "decoy_mnist_contradicting": not same.any()}.get(key, same.all())
    assert set(numbers.tolist()) <= set(map(float, range(10)))


def test_places_are_the_four_corners_alike_often_and_elsewhere_where_moved() -> None:
    found = places(4000, "train")
    corners = [found[:, row, column].float().mean().item() for row in (0, 27) for column in (0, 27)]
    assert sum(corners) == pytest.approx(1)
    assert all(abs(each - 0.25) < 0.03 for each in corners)
    assert not (places(4000, "train", middle=True) & found).any()
    assert not torch.equal(places(4000, "test"), found)
    assert torch.equal(places(50, "train"), found[:50]), "those of the first images, however many are asked for"


def test_by_the_authors_formula() -> None:
    labels = torch.arange(10)
    assert shades(labels, "train", "class").tolist() == [255 - 25 * digit for digit in range(10)]
    assert not (shades(labels, "test", "other") == shades(labels, "test", "class")).any()
