"""The gallery as it ships: found by id, nothing else found."""

import csv

import numpy as np
import pytest
import torch
from PIL import Image

from core.base.paths import SAMPLES
from core.classifiers import cifar10_resnet20, imagenet_efficientnet_lite0, mnist_cnn
from core.contracts.toy_models import linear
from core.images import samples


@pytest.mark.parametrize(("name", "least"), [("cifar10", 40), ("cifar100", 40), ("mnist", 40), ("photographs", 24)])
def test_every_gallery_picture_is_there_with_its_credit(name: str, least: int) -> None:
    found = samples.gallery(name)
    assert len(found) >= least
    assert len({each.id for each in found}) == len(found)
    assert {each.path for each in found} | {SAMPLES / name / "labels.csv"} == set((SAMPLES / name).iterdir())
    for each in found:
        assert samples.stored_picture(each.id).pixels.shape[2] == 3
        assert each.credit
        assert each.label
        assert samples.sample(each.id) is each
    assert set(samples.galleries()) == {"cifar10", "cifar100", "mnist", "photographs"}


@pytest.mark.parametrize(
    ("name", "labels"),
    [
        ("cifar10", cifar10_resnet20.LABELS),
        ("mnist", mnist_cnn.fresh().labels),
        ("photographs", imagenet_efficientnet_lite0.fresh().labels),
    ],
)
def test_label_words_are_the_classifiers(name: str, labels: tuple[str, ...]) -> None:
    for each in samples.gallery(name):
        assert each.index is not None
        assert each.label == labels[each.index]


@pytest.mark.parametrize("name", ["cifar10", "mnist"])
def test_four_of_each_class(name: str) -> None:
    assert np.bincount([each.index for each in samples.gallery(name)]).tolist() == [4] * 10  # type: ignore[misc]


def test_every_photograph_is_attributed() -> None:
    with (SAMPLES / "photographs" / "labels.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    for row, each in zip(rows, samples.gallery("photographs"), strict=True):
        assert row["licence"] == "CC BY 2.0"
        assert row["author"]
        assert row["source"].startswith("https://")
        assert each.credit == f"{row['author']}, CC BY 2.0, {row['source']}"
    assert "CC BY-SA 3.0" in samples.gallery("mnist")[0].credit


def test_lite0_is_right_about_most_photographs() -> None:
    """Guards the labels' numbering (from 0) and the preprocessing at once: 87 of the 100 these come from are right."""
    classifier = imagenet_efficientnet_lite0.EfficientNetLite0().load("")
    images = samples.sample_images(classifier, 28)
    indices = torch.tensor([each.index for each in samples.gallery("photographs")])
    assert (classifier.probabilities(images).argmax(dim=1) == indices).sum() >= 22


@pytest.mark.parametrize(
    "image_id",
    [
        "", "upload", "upload/", "upload/0123456789abcde", "upload/0123456789abcdef0", "upload/0123456789ABCDEF",
        "upload/../../etc/passwd", "upload/0123456789abcdef\n", "cifar10/../mnist/0000", "cifar10/labels",
        "/etc/passwd", "cifar10/9999", "elsewhere/0000", "cifar10/0000.png", "photographs/" + "a" * 16,
        "upload/\u0661" + "0" * 15,
    ],
)  # fmt: skip
def test_ids_that_are_none(image_id: str) -> None:
    with pytest.raises(ValueError, match=r"no picture of that name"):
        samples.stored_picture(image_id)


def test_sample_images_are_spread_and_fixed() -> None:
    classifier = cifar10_resnet20.fresh()
    four = samples.sample_images(classifier, 4)
    assert tuple(four.shape) == (4, 3, 32, 32)
    assert torch.equal(four, samples.sample_images(classifier, 4))
    every = samples.sample_images(classifier, 99)
    assert len(every) == 40
    assert torch.equal(four, every[[0, 10, 20, 30]])
    first = samples.gallery("cifar10")[10]
    assert torch.equal(four[1], torch.from_numpy(np.array(Image.open(first.path))).permute(2, 0, 1) / 255)
    assert samples.sample_images(mnist_cnn.fresh(), 3).shape == (3, 1, 28, 28)


def test_sample_images_of_none() -> None:
    with pytest.raises(ValueError, match="no sample pictures"):
        samples.sample_images(linear([[[[1.0]]], [[[0.0]]]]), 2)
    with pytest.raises(ValueError, match="at least one"):
        samples.sample_images(cifar10_resnet20.fresh(), 0)
