"""Published data sets: small made files behind a server on this machine come out as their publishers' formats say."""

import bz2
import gzip
import hashlib
import io
import os
import socket
import struct
import tarfile
import threading
import time
import zipfile
from collections.abc import Callable, Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest
import torch
import torchvision.datasets as theirs
from numpy.typing import NDArray
from scipy.io import savemat

from core.catalog import DATASETS
from core.data.by_name import data_facts, load_data
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


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    Handler.files, Handler.asked, Handler.cut = {}, [], ""
    running = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=running.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{running.server_port}/"
    running.shutdown()
    running.server_close()
    thread.join()


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


def test_every_published_set_is_made_here() -> None:
    assert set(MADE) == set(PUBLISHED)


@pytest.mark.parametrize("key", PUBLISHED)
def test_fetched_once_and_read_as_published(key: str, server: str, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files, train, test = serve(key, server, monkeypatch)
    assert data_facts(key) is None
    told: list[float] = []
    for split, (images, labels) in (("train", train), ("test", test)):
        found = load_data(key, split, progress=lambda share, _: told.append(share))  # type: ignore[arg-type]
        assert np.array_equal(found.images.numpy(), images)
        assert found.labels.tolist() == labels.tolist()
        assert len(found.classes) == {"cifar100": 100, "emnist_letters": 26, "emnist_balanced": 47}.get(key, 10)
    assert sorted(Handler.asked) == sorted(f"/{name}" for name in files)
    assert told == sorted(told)
    assert told[-1] == 1
    assert [path.name for path in (home / "data").iterdir()] == [f"{key}.npz"]
    facts = data_facts(key)
    assert facts is not None
    assert facts.counts == {"train": len(train[1]), "test": len(test[1])}


@pytest.mark.parametrize("key", ["mnist", "svhn", "usps", "emnist_letters", "stl10"])
def test_torchvision_reads_the_same_from_the_same_files(
    key: str, server: str, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files, *_ = serve(key, server, monkeypatch)
    place = tmp_path / "theirs"
    raw = place / {"mnist": "MNIST/raw", "emnist_letters": "EMNIST/raw"}.get(key, "")
    raw.mkdir(parents=True)
    for name, body in files.items():
        (raw / name).write_bytes(body)
        if key == "mnist":
            (raw / name.removesuffix(".gz")).write_bytes(gzip.decompress(body))
    if key == "emnist_letters":
        with zipfile.ZipFile(raw / "gzip.zip") as archive:
            for name in archive.namelist():
                (raw / Path(name).stem).write_bytes(gzip.decompress(archive.read(name)))
    if key == "stl10":
        with tarfile.open(place / "stl10_binary.tar.gz") as archive:
            archive.extractall(place, filter="data")
        (place / "inside").rename(place / "stl10_binary")
    monkeypatch.setattr(theirs.SVHN, "_check_integrity", lambda self: True)
    monkeypatch.setattr(theirs.STL10, "_check_integrity", lambda self: True)
    found = load_data(key, "train")
    if key in ("mnist", "usps"):
        other = {"mnist": theirs.MNIST, "usps": theirs.USPS}[key](str(place), train=True)
    elif key == "emnist_letters":
        other = theirs.EMNIST(str(place), "letters", train=True)
    else:
        other = {"svhn": theirs.SVHN, "stl10": theirs.STL10}[key](str(place), "train")
    labels = torch.as_tensor(np.asarray(other.labels if key in ("svhn", "stl10") else other.targets))
    pictures = np.stack([np.asarray(other[index][0]) for index in range(len(other))])
    if key == "emnist_letters":  # torchvision leaves letters on their side and calls class 0 "N/A"
        labels, pictures = labels - 1, pictures.transpose(0, 2, 1)
    mine = found.images.permute(0, 2, 3, 1).numpy()
    assert np.array_equal(mine[..., 0] if pictures.ndim == 3 else mine, pictures)
    assert found.labels.tolist() == labels.tolist()


def test_addresses_and_md5s_are_torchvisions() -> None:
    for key, kind in (("mnist", theirs.MNIST), ("fashion_mnist", theirs.FashionMNIST), ("kmnist", theirs.KMNIST)):
        assert list(PUBLISHED[key].addresses) == kind.mirrors
        assert list(PUBLISHED[key].files.items()) == kind.resources
    assert PUBLISHED["fashion_mnist"].classes == tuple(theirs.FashionMNIST.classes)  # type: ignore[attr-defined]
    assert PUBLISHED["kmnist"].classes == tuple(theirs.KMNIST.classes)  # type: ignore[attr-defined]
    for key, lists in (("svhn", theirs.SVHN.split_list), ("usps", theirs.USPS.split_list)):
        for split in ("train", "test"):
            address, name, digest = lists[split]
            assert PUBLISHED[key].addresses[0] + name == address
            assert PUBLISHED[key].files[name] == digest
    stl, emnist = PUBLISHED["stl10"], PUBLISHED["emnist_balanced"]
    assert stl.addresses[0] + theirs.STL10.filename == theirs.STL10.url
    assert dict(stl.files) == {theirs.STL10.filename: theirs.STL10.tgz_md5}
    assert emnist.addresses[0] + "gzip.zip" == theirs.EMNIST.url
    assert dict(emnist.files) == {"gzip.zip": theirs.EMNIST.md5}
    assert emnist.classes == tuple(theirs.EMNIST.classes_split_dict["balanced"])  # type: ignore[attr-defined]


def test_offline_is_one_sentence_that_says_what_to_do(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{unused.getsockname()[1]}/"
    monkeypatch.setattr(PUBLISHED["cifar100"], "addresses", (address,))
    with pytest.raises(OSError, match="could not be fetched") as caught:
        load_data("cifar100", "train")
    said = str(caught.value)
    assert f"{address}cifar-100-binary.tar.gz" in said
    assert f"put cifar100.npz into {home / 'data'}" in said
    assert not list((home / "data").iterdir())


@pytest.mark.parametrize("how", ["cut", "wrong", "gone"])
def test_a_broken_download_leaves_nothing(how: str, server: str, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    serve("mnist", server, monkeypatch)
    last = "/t10k-labels-idx1-ubyte.gz"
    if how == "cut":
        Handler.cut = last
    elif how == "wrong":
        Handler.files[last] += b"x"
    else:
        del Handler.files[last]
    with pytest.raises((OSError, ValueError), match="MNIST"):
        load_data("mnist", "train")
    assert not list((home / "data").iterdir())
    serve("mnist", server, monkeypatch)
    Handler.cut = ""
    assert len(load_data("mnist", "train")) == 6


def test_the_second_address_stands_in(server: str, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    serve("mnist", server, monkeypatch)
    monkeypatch.setattr(PUBLISHED["mnist"], "addresses", (server + "nowhere/", server))
    assert len(load_data("mnist", "train")) == 6


def test_contents_that_are_no_such_format_are_refused(server: str, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    serve("cifar10", server, monkeypatch)
    for body in (b"no archive", tar({"test_batch.bin": b"123"}), tar({"test_batch.bin": b"1"} | cifar10_less())):
        Handler.files["/cifar-10-binary.tar.gz"] = body
        monkeypatch.setattr(PUBLISHED["cifar10"], "files", {"cifar-10-binary.tar.gz": hashlib.md5(body).hexdigest()})
        with pytest.raises(ValueError, match="The files of CIFAR-10 cannot be read") as caught:
            load_data("cifar10", "train")
        assert len(str(caught.value).splitlines()) == 1
    assert not list((home / "data").iterdir())


def cifar10_less() -> dict[str, bytes]:
    return {f"data_batch_{n}.bin": b"1" for n in range(1, 6)} | {"batches.meta.txt": b"a\nb"}


def test_what_a_killed_download_left_goes_after_a_day(server: str, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    serve("usps", server, monkeypatch)
    for name, age in ((".fetch-old", 90_000), (".fetch-new", 10)):
        (home / "data" / name).mkdir(parents=True)
        (home / "data" / name / "part").write_bytes(b"x")
        os.utime(home / "data" / name, (time.time() - age,) * 2)
    load_data("usps", "train")
    assert sorted(path.name for path in (home / "data").iterdir()) == [".fetch-new", "usps.npz"]


def test_a_full_disk_is_a_sentence(server: str, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    serve("usps", server, monkeypatch)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("core.datasets._published.write", full)
    with pytest.raises(OSError, match="usps.npz cannot be written: No space left on device"):
        load_data("usps", "train")
    assert not list((home / "data").iterdir())
