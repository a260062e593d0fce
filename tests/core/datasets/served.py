"""Small made files of every published data set, behind a server on this machine."""

import bz2
import gzip
import hashlib
import io
import struct
import tarfile
import zipfile
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.io import savemat

from core.catalog import DATASETS
from core.datasets._published import Published

DRAWS = np.random.default_rng(3)
PUBLISHED = {key: kind for key, kind in DATASETS.items() if issubclass(kind, Published)}


class Handler(BaseHTTPRequestHandler):
    """Serves `files`; the path in `cut` breaks off halfway."""

    files: dict[str, bytes] = {}
    cut = ""
    asked: list[str] = []

    def do_GET(self) -> None:
        self.asked.append(self.path)
        body = self.files.get(self.path)
        self.send_response(404 if body is None else 200)
        self.send_header("Content-Length", str(len(body or b"")))
        self.end_headers()
        self.wfile.write((body or b"")[: len(body or b"") // 2 if self.path == self.cut else None])

    def log_message(self, *_: object) -> None:
        pass


def pixels(*shape: int) -> NDArray[np.uint8]:
    return DRAWS.integers(0, 256, shape, np.uint8)


def tar(files: Mapping[str, bytes]) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as made:
        for name, raw in files.items():
            info = tarfile.TarInfo(f"inside/{name}")
            info.size = len(raw)
            made.addfile(info, io.BytesIO(raw))
    return out.getvalue()


def idx(array: NDArray[np.uint8]) -> bytes:
    return gzip.compress(struct.pack(f">BBBB{array.ndim}I", 0, 0, 8, array.ndim, *array.shape) + array.tobytes())


def mat(images: NDArray[np.uint8], labels: NDArray[np.uint8]) -> bytes:
    out = io.BytesIO()
    savemat(
        out, {"X": images.transpose(2, 3, 1, 0), "y": np.where(labels == 0, 10, labels)[:, None]}, do_compression=True
    )
    return out.getvalue()


Truth = tuple[NDArray[np.uint8], NDArray[np.uint8]]
Made = tuple[dict[str, bytes], Truth, Truth]


def cifar10() -> Made:
    batches = {f"data_batch_{n}.bin": (pixels(3, 3, 32, 32), np.array([n, 0, 9], np.uint8)) for n in range(1, 6)}
    test = (pixels(4, 3, 32, 32), np.array([1, 2, 3, 9], np.uint8))
    files = {name: records(*each) for name, each in (batches | {"test_batch.bin": test}).items()}
    names = "\n".join(theirs_names).encode() + b"\n\n"
    train = (np.concatenate([a for a, _ in batches.values()]), np.concatenate([b for _, b in batches.values()]))
    return {"cifar-10-binary.tar.gz": tar(files | {"batches.meta.txt": names})}, train, test


theirs_names = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")


def records(images: NDArray[np.uint8], labels: NDArray[np.uint8], *before: int) -> bytes:
    return b"".join(bytes([*before, label]) + image.tobytes() for image, label in zip(images, labels, strict=True))


def cifar100() -> Made:
    train, test = ((pixels(n, 3, 32, 32), np.arange(90, 90 + n, dtype=np.uint8)) for n in (5, 3))
    names = "\n".join(f"thing{n}" for n in range(100)).encode()
    coarse = b"a\nb"
    files = {"train.bin": records(*train, 7), "test.bin": records(*test, 7), "fine_label_names.txt": names}
    return {"cifar-100-binary.tar.gz": tar({"coarse_label_names.txt": coarse} | files)}, train, test


def mnist(most: int = 10) -> Made:
    train, test = ((pixels(n, 28, 28), (np.arange(n) % most).astype(np.uint8)) for n in (6, 3))
    names = ("train-images-idx3", "train-labels-idx1", "t10k-images-idx3", "t10k-labels-idx1")
    files = {f"{name}-ubyte.gz": idx(array) for name, array in zip(names, (*train, *test), strict=True)}
    return files, (train[0][:, None], train[1]), (test[0][:, None], test[1])


def emnist(part: str, first: int, last: int) -> Made:
    train, test = ((pixels(n, 28, 28), np.linspace(0, last, n).astype(np.uint8)) for n in (6, 3))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        for split, (images, labels) in (("train", train), ("test", test)):
            made.writestr(f"gzip/emnist-{part}-{split}-images-idx3-ubyte.gz", idx(images.transpose(0, 2, 1)))
            made.writestr(f"gzip/emnist-{part}-{split}-labels-idx1-ubyte.gz", idx(labels + np.uint8(first)))
    return {"gzip.zip": out.getvalue()}, (train[0][:, None], train[1]), (test[0][:, None], test[1])


def svhn() -> Made:
    train, test = ((pixels(n, 3, 32, 32), np.array([0, 9, 1, 0][:n], np.uint8)) for n in (4, 2))
    return {"train_32x32.mat": mat(*train), "test_32x32.mat": mat(*test)}, train, test


def stl10() -> Made:
    train, test = ((pixels(n, 3, 96, 96), np.array([0, 9, 4][:n], np.uint8)) for n in (3, 2))
    files = {"class_names.txt": "\n".join("abcdefghij").encode(), "unlabeled_X.bin": bytes(999)}
    for split, (images, labels) in (("test", test), ("train", train)):
        files[f"{split}_X.bin"] = images.transpose(0, 1, 3, 2).tobytes()
        files[f"{split}_y.bin"] = (labels + np.uint8(1)).tobytes()
    return {"stl10_binary.tar.gz": tar(files)}, train, test


def usps() -> Made:
    train, test = (
        (DRAWS.choice([0, 127, 255], (n, 1, 16, 16)).astype(np.uint8), np.arange(n, dtype=np.uint8)) for n in (3, 2)
    )
    values = {0: "-1", 127: "0", 255: "1"}
    files = {}
    for name, (images, labels) in (("usps.bz2", train), ("usps.t.bz2", test)):
        lines = [
            f"{label + 1} " + " ".join(f"{i}:{values[int(v)]}" for i, v in enumerate(image.ravel(), 1))
            for image, label in zip(images, labels, strict=True)
        ]
        files[name] = bz2.compress("\n".join(lines).encode() + b"\n")
    return files, train, test


MADE: dict[str, Callable[[], Made]] = {
    "cifar10": cifar10, "cifar100": cifar100, "mnist": mnist, "fashion_mnist": mnist, "kmnist": mnist,
    "emnist_letters": lambda: emnist("letters", 1, 25), "emnist_balanced": lambda: emnist("balanced", 0, 46),
    "emnist_digits": lambda: emnist("digits", 0, 9), "svhn": svhn, "stl10": stl10, "usps": usps,
}  # fmt: skip


def serve(key: str, server: str, monkeypatch: pytest.MonkeyPatch) -> Made:
    """Put made files of a data set behind the server, and send the data set there."""
    made = MADE[key]()
    Handler.files = {f"/{name}": raw for name, raw in made[0].items()}
    monkeypatch.setattr(PUBLISHED[key], "addresses", (server,))
    digests = {name: hashlib.md5(raw).hexdigest() for name, raw in made[0].items()}
    assert set(digests) == set(PUBLISHED[key].files)
    monkeypatch.setattr(PUBLISHED[key], "files", digests)
    return made
