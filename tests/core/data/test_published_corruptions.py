"""CIFAR-10-C's files: read in place, refused in one sentence when they are not as published, fetched and checked."""

import hashlib
import io
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from core.base.errors import Unavailable, Unreadable
from core.catalog import CORRUPTIONS
from core.contracts.interfaces import Images
from core.data import published_corruptions_fetch as fetching
from core.data.published_corruptions import published_corruptions
from core.data.published_corruptions_fetch import fetch_corruptions
from tests.core.datasets.served import Handler
from tests.serving import serving

COUNT = 4
LABELS = np.array([3, 8, 8, 0], np.uint8)


def arrays() -> dict[str, Any]:
    draws = np.random.default_rng(0)
    found = {key: draws.integers(0, 256, (5 * COUNT, 32, 32, 3), np.uint8) for key in (*CORRUPTIONS, "spatter")}
    return found | {"labels": np.tile(LABELS, 5)}


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder for data, with a small CIFAR-10-C in it."""
    monkeypatch.setenv("COUNTERPROOF_HOME", str(tmp_path))
    monkeypatch.delenv("COUNTERPROOF_DATA", raising=False)
    made = tmp_path / "data" / "CIFAR-10-C"
    made.mkdir(parents=True)
    for name, array in arrays().items():
        np.save(made / f"{name}.npy", array)
    return made


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    Handler.files, Handler.asked, Handler.cut = {}, [], ""
    with serving(Handler) as address:
        yield f"{address}/"


def test_severities_lie_one_after_the_other(place: Path) -> None:
    found = published_corruptions("CIFAR-10-C")
    assert found.names == tuple(CORRUPTIONS)
    assert len(found) == COUNT
    assert found.labels.tolist() == LABELS.tolist()
    fog = arrays()["fog"]
    for severity in range(1, 6):
        part = found.part("fog", severity, 1, 3)
        assert part.shape == (2, 3, 32, 32)
        assert part.dtype == torch.uint8
        first = (severity - 1) * COUNT
        assert np.array_equal(part.permute(0, 2, 3, 1).numpy(), fog[first + 1 : first + 3])
    assert all(isinstance(each, np.memmap) for each in found.arrays.values()), "nothing is held in memory"
    assert published_corruptions(str(place)).names == found.names


def test_they_belong_to_test_images_in_the_same_order(place: Path) -> None:
    found = published_corruptions("CIFAR-10-C")
    images = torch.zeros(COUNT + 2, 3, 32, 32, dtype=torch.uint8)
    labels = torch.tensor([*LABELS.tolist(), 1, 1])
    found.expect_same(Images(images, labels, ()))
    for other in (Images(images, labels.flip(0), ()), Images(images[:, :1], labels, ())):
        with pytest.raises(ValueError, match="the test images are not those that CIFAR-10-C was made from"):
            found.expect_same(other)


def spoil(place: Path, name: str, raw: Any) -> None:
    if isinstance(raw, bytes):
        (place / f"{name}.npy").write_bytes(raw)
    else:
        np.save(place / f"{name}.npy", raw, allow_pickle=True)


@pytest.mark.parametrize(
    ("name", "raw", "said"),
    [
        ("snow", np.zeros((20, 32, 32), np.uint8), r"expected snow.npy to be uint8 \(20, 32, 32, 3\), got uint8"),
        ("snow", np.zeros((20, 32, 32, 3), np.float32), "got float32"),
        ("snow", np.zeros((15, 32, 32, 3), np.uint8), r"got uint8 \(15, 32, 32, 3\)"),
        ("snow", np.array([{"a": 1}], object), "snow.npy is no whole array of numbers"),
        ("snow", b"", "snow.npy is no whole array of numbers"),
        ("snow", b"\x93NUMPY\x01\x00", "snow.npy is no whole array of numbers"),
        ("labels", np.arange(20, dtype=np.uint8), "the same labels at every severity"),
        ("labels", np.zeros(7, np.uint8), "five times as many labels as there are images"),
        ("labels", np.zeros(20), "five times as many labels"),
    ],
)
def test_files_that_are_not_as_published_are_refused(place: Path, name: str, raw: Any, said: str) -> None:
    spoil(place, name, raw)
    with pytest.raises(Unreadable, match=said):
        published_corruptions("CIFAR-10-C")


def test_a_file_that_is_cut_off_or_missing_is_refused(place: Path) -> None:
    whole = (place / "fog.npy").read_bytes()
    (place / "fog.npy").write_bytes(whole[:-1000])
    with pytest.raises(Unreadable, match="fog.npy is no whole array of numbers"):
        published_corruptions("CIFAR-10-C")
    (place / "fog.npy").unlink()
    with pytest.raises(Unreadable, match="CIFAR-10-C has no fog.npy"):
        published_corruptions("CIFAR-10-C")
    with pytest.raises(Unavailable, match="CIFAR-100-C is not on this machine") as missing:
        published_corruptions("CIFAR-100-C")
    assert "3555552/files/CIFAR-100-C.tar" in missing.value.advice
    with pytest.raises(ValueError, match="there is no folder 'nowhere'"):
        published_corruptions("nowhere")


def packed(**changes: Any) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as made:
        for name, array in (arrays() | changes).items():
            if array is None:
                continue
            raw = io.BytesIO()
            np.save(raw, array)
            info = tarfile.TarInfo(f"CIFAR-10-C/../{name}.npy")
            info.size = len(raw.getvalue())
            made.addfile(info, io.BytesIO(raw.getvalue()))
    return out.getvalue()


def test_they_are_fetched_checked_and_unpacked(server: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("COUNTERPROOF_HOME", str(tmp_path))
    monkeypatch.delenv("COUNTERPROOF_DATA", raising=False)
    monkeypatch.setitem(fetching.ADDRESSES, "CIFAR-10-C", server)
    for raw, said in ((packed(), "wrong contents"), (packed(fog=None), "it has no fog.npy")):
        Handler.files = {"/CIFAR-10-C.tar": raw}
        if "fog" in said:
            monkeypatch.setitem(fetching.MD5, "CIFAR-10-C", hashlib.md5(raw).hexdigest())
        with pytest.raises(ValueError, match=said):
            fetch_corruptions("CIFAR-10-C")
        assert list((tmp_path / "data").iterdir()) == []
    Handler.files = {"/CIFAR-10-C.tar": (raw := packed())}
    monkeypatch.setitem(fetching.MD5, "CIFAR-10-C", hashlib.md5(raw).hexdigest())
    fetch_corruptions("CIFAR-10-C")
    assert np.array_equal(published_corruptions("CIFAR-10-C").arrays["snow"], arrays()["snow"])
    assert not (tmp_path / "data" / "CIFAR-10-C" / "spatter.npy").exists()
    asked = len(Handler.asked)
    fetch_corruptions("CIFAR-10-C")
    assert len(Handler.asked) == asked, "what is here is not fetched again"
    with pytest.raises(ValueError, match="only CIFAR-10-C and CIFAR-100-C can be fetched"):
        fetch_corruptions("elsewhere")
