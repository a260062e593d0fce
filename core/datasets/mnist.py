"""MNIST (LeCun, Cortes, Burges) and three data sets of its kind: 28 x 28 grey, gzipped idx files.

Fashion-MNIST: Xiao, Rasul, Vollgraf 2017, arXiv 1708.07747. KMNIST: Clanuwat et al. 2018, arXiv 1812.01718. EMNIST:
Cohen et al. 2017, arXiv 1702.05373.
"""

import gzip
import math
import string
import struct
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from core.contracts.interfaces import DataSet, Images
from core.data.formats.npz import Split
from core.datasets._published import Published, labelled

DIGITS = tuple(string.digits)


def idx(file: IO[bytes]) -> NDArray[np.uint8]:
    """The array in a gzipped idx file of bytes."""
    raw = gzip.decompress(file.read())
    shape = struct.unpack_from(f">{raw[3]}I", raw, 4)
    return np.frombuffer(raw, np.uint8, math.prod(shape), 4 + 4 * len(shape)).reshape(shape)


class Mnist(Published):
    key = "mnist"
    title = "MNIST"
    mirrored = False
    addresses: ClassVar[tuple[str, ...]] = (
        "https://ossci-datasets.s3.amazonaws.com/mnist/",
        "http://yann.lecun.com/exdb/mnist/",
    )
    files = {
        "train-images-idx3-ubyte.gz": "f68b3c2dcbeaaa9fbdd348bbdeb94873",
        "train-labels-idx1-ubyte.gz": "d53e105ee54ea40749a09fcbcd1e9432",
        "t10k-images-idx3-ubyte.gz": "9fb629c4189551a2d022fa330f9573f3",
        "t10k-labels-idx1-ubyte.gz": "ec29112dd5afa0611ce80d1b7f02629c",
    }
    classes: ClassVar[tuple[str, ...]] = DIGITS

    def unpack(self, place: Path) -> Mapping[Split, Images]:
        arrays = []
        for name in self.files:
            with (place / name).open("rb") as file:
                arrays.append(idx(file))
        images, labels, test_images, test_labels = arrays
        return {
            "train": labelled(images[:, None], labels, self.classes),
            "test": labelled(test_images[:, None], test_labels, self.classes),
        }


class FashionMnist(Mnist):
    key = "fashion_mnist"
    title = "Fashion-MNIST"
    mirrored = True
    addresses = ("http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",)
    files = {
        "train-images-idx3-ubyte.gz": "8d4fb7e6c68d591d4c3dfef9ec88bf0d",
        "train-labels-idx1-ubyte.gz": "25c81989df183df01b3e8a0aad5dffbe",
        "t10k-images-idx3-ubyte.gz": "bef4ecab320f06d8554ea6380940ec79",
        "t10k-labels-idx1-ubyte.gz": "bb300cfdad3c16e7a12a480ee83cd310",
    }
    classes = (
        "T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot",
    )  # fmt: skip


class Kmnist(Mnist):
    key = "kmnist"
    title = "KMNIST"
    addresses = ("http://codh.rois.ac.jp/kmnist/dataset/kmnist/",)
    files = {
        "train-images-idx3-ubyte.gz": "bdb82020997e1d708af4cf47b453dcf7",
        "train-labels-idx1-ubyte.gz": "e144d726b3acfaa3e44228e80efcd344",
        "t10k-images-idx3-ubyte.gz": "5c965bf0a639b31b8f53240b1b52f4d7",
        "t10k-labels-idx1-ubyte.gz": "7320c461ea6c1c855c0b718fb2a4b134",
    }
    classes = ("o", "ki", "su", "tsu", "na", "ha", "ma", "ya", "re", "wo")


class EmnistLetters(Published):
    """Upper and lower case in one class; pictures lie on their side in the files."""

    key = "emnist_letters"
    title = "EMNIST letters"
    mirrored = False
    addresses = ("https://biometrics.nist.gov/cs_links/EMNIST/",)
    files = {"gzip.zip": "58c8d27c78d21e728a6bc7b3cc06412e"}
    part: ClassVar[str] = "letters"
    first: ClassVar[int] = 1  # the label of the first class
    classes: ClassVar[tuple[str, ...]] = tuple(string.ascii_lowercase)

    def unpack(self, place: Path) -> Mapping[Split, Images]:
        splits: tuple[Split, ...] = ("train", "test")
        with zipfile.ZipFile(place / "gzip.zip") as archive:
            return {split: self._split(archive, split) for split in splits}

    def _split(self, archive: zipfile.ZipFile, split: str) -> Images:
        arrays: list[NDArray[Any]] = []
        for kind in ("images-idx3", "labels-idx1"):
            with archive.open(f"gzip/emnist-{self.part}-{split}-{kind}-ubyte.gz") as file:
                arrays.append(idx(file))
        images, labels = arrays
        return labelled(images.transpose(0, 2, 1)[:, None], labels.astype(np.int64) - self.first, self.classes)


class EmnistBalanced(EmnistLetters):
    """Digits and letters; letters whose two cases look alike share a class."""

    key = "emnist_balanced"
    title = "EMNIST balanced"
    part = "balanced"
    first = 0
    classes = (*DIGITS, *string.ascii_uppercase, *"abdefghnqrt")


class EmnistDigits(EmnistLetters):
    key = "emnist_digits"
    title = "EMNIST digits"
    part = "digits"
    first = 0
    classes = DIGITS


DATASETS: tuple[type[DataSet], ...] = (Mnist, FashionMnist, Kmnist, EmnistLetters, EmnistBalanced, EmnistDigits)
