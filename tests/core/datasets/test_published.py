"""Published data sets: small made files behind a server on this machine come out as their publishers' formats say."""

import gzip
import hashlib
import os
import socket
import tarfile
import time
import zipfile
from pathlib import Path

import numpy as np
import pytest
import torch
import torchvision.datasets as theirs

from core.base.errors import with_advice
from core.data.by_name import data_facts, load_data
from tests.core.datasets.served import MADE, PUBLISHED, Handler, serve, tar


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
    said = with_advice(caught.value)
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
