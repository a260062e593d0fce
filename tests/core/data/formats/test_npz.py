""".npz files in MedMNIST's layout: what is read, what is refused in a sentence."""

import io
import pickle
import zipfile
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch

from core.data import own as own_data
from core.data.by_name import load_data
from core.data.formats.npz import read
from core.untrusted import npz_archive
from tests.core.data.made import arrays, npz, put


@pytest.mark.parametrize("packed", [True, False], ids=["compressed", "stored"])
@pytest.mark.parametrize("shape", [(28, 28), (28, 28, 1), (28, 28, 3), (224, 224, 3), (17, 40)])
def test_medmnist_files_are_read(tmp_path: Path, shape: tuple[int, ...], packed: bool) -> None:
    parts = arrays(shape)
    name = put(tmp_path / "some.npz", parts, packed=packed)
    for split in ("train", "test"):
        found = load_data(name, split)  # type: ignore[arg-type]
        there = parts[f"{split}_images"]
        there = there[..., None] if there.ndim == 3 else there
        assert found.images.dtype == torch.uint8
        assert found.images.is_contiguous()
        assert np.array_equal(found.images.numpy(), there.transpose(0, 3, 1, 2))
        assert found.labels.dtype == torch.int64
        assert found.labels.tolist() == parts[f"{split}_labels"].ravel().tolist()
        assert found.classes == ("0", "1", "2")


def test_pieces_make_up_the_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(npz_archive, "PIECE", 5000)  # two images of 28 x 28 x 3 at a time, one left over
    parts = arrays((28, 28, 3), 13)
    found = load_data(put(tmp_path / "some.npz", parts), "train")
    assert np.array_equal(found.images.permute(0, 2, 3, 1).numpy(), parts["train_images"])


def test_val_stands_in_for_a_missing_test(tmp_path: Path) -> None:
    parts = arrays()
    name = put(tmp_path / "a.npz", {key: value for key, value in parts.items() if not key.startswith("test")})
    assert np.array_equal(load_data(name, "test").images[:, 0].numpy(), parts["val_images"])
    assert len(load_data(put(tmp_path / "b.npz", parts), "test")) == 7


def test_class_names_and_both_splits_agree(tmp_path: Path) -> None:
    name = put(tmp_path / "a.npz", arrays(classes=np.array(["no finding", "oedema", "fracture"])))
    assert load_data(name, "train").classes == ("no finding", "oedema", "fracture")
    few = arrays()
    few["test_labels"] = np.zeros(7, np.int64)  # the test images are all of one class: there are three all the same
    assert load_data(put(tmp_path / "b.npz", few), "test").classes == ("0", "1", "2")


class Evil:
    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (Path("evil"),)


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "several labels": ({"train_labels": np.zeros((12, 14), np.uint8)}, "14 labels an image"),
    "too few labels": ({"train_labels": np.zeros(11, np.uint8)}, "for 12 images"),
    "fractions": ({"train_labels": np.zeros(12)}, "whole number"),
    "negative": ({"train_labels": np.full(12, -1)}, "from 0 up"),
    "huge label": ({"train_labels": np.full(12, 2**40)}, "fewer than 100,000 classes"),
    "float images": ({"train_images": np.zeros((12, 28, 28))}, "expected uint8 images"),
    "channels first": ({"train_images": np.zeros((12, 3, 28, 28), np.uint8)}, "1 or 3 channels"),
    "four channels": ({"train_images": np.zeros((12, 28, 28, 4), np.uint8)}, "1 or 3 channels"),
    "no pixels": ({"train_images": np.zeros((12, 0, 28), np.uint8)}, "sides of 1 to"),
    "no images": ({"train_images": np.zeros((0, 28, 28), np.uint8), "train_labels": np.zeros(0, int)}, "no train"),
    "by column": ({"train_images": np.asfortranarray(np.zeros((12, 28, 28), np.uint8))}, "column by column"),
    "other size": ({"test_images": np.zeros((7, 32, 32), np.uint8)}, "different sizes"),
    "too few classes": ({"classes": np.array(["a", "b"])}, "names 2 classes, but has an image with the label 2"),
    "a character that there is not": (
        {"classes": np.array([0x110000, 97, 98], np.uint32).view("U1")},
        "names of the classes are damaged",
    ),
    "half a character": (
        {"classes": np.array([0xD800, 97, 98], np.uint32).view("U1")},
        "names of the classes are damaged",
    ),
    "alike": ({"classes": np.array(["ill", "well", "ILL "])}, "same name once case.*: 'ill' and 'ILL '"),
    "not to be seen": ({"classes": np.array(["ill", "\u200b", "well"])}, "without a name that can be seen"),
    "NaN": ({"train_images": np.full((12, 28, 28), np.nan, np.float32)}, "of type uint8"),
    "deep": ({"train_images": np.zeros((12, 28, 28), np.uint16)}, "of type uint8"),
    "same names": ({"classes": np.array(["a", "b", "a"])}, "same name once case.*: 'a' and 'a'"),
    "object classes": ({"classes": np.array(["a", "b", None], object)}, "Python objects"),
    "object images": ({"train_images": np.array([Evil()] * 12, object)}, "Python objects"),
}


@pytest.mark.parametrize("case", REFUSED, ids=str)
def test_what_does_not_fit_is_refused_in_a_sentence(case: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    parts, sentence = REFUSED[case]
    name = put(tmp_path / "some.npz", arrays() | parts)
    with pytest.raises(ValueError, match=sentence) as caught:
        load_data(name, "train")
    assert str(caught.value).startswith("some.npz")
    assert not (tmp_path / "evil").exists()


def test_a_pickle_is_never_loaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "evil.npz").write_bytes(pickle.dumps(Evil()))
    with pytest.raises(ValueError, match="neither an .npz file nor"):
        load_data(str(tmp_path / "evil.npz"), "train")
    assert not (tmp_path / "evil").exists()


def test_missing_parts_are_named(tmp_path: Path) -> None:
    name = put(tmp_path / "some.npz", {"x": np.zeros(3), "y": np.zeros(3)})
    with pytest.raises(ValueError, match="no train_images and no train_labels; it holds x, y"):
        load_data(name, "train")
    for unknown in ("nothing", "own:nothing", "own:../../x", "a\0b", "svhn2", "own:"):
        with pytest.raises(ValueError, match="there (is|are) no"):
            load_data(unknown, "train")
    for nowhere in ("~nobody-of-this-name/x.npz", "x" * 5000, "/" + "x/" * 3000, "/dev/zero", "a\nb"):
        with pytest.raises(ValueError, match="there is no") as caught:
            load_data(nowhere, "train")
        assert len(str(caught.value).splitlines()) == 1
    (tmp_path / "notes.txt").write_text("x")
    with pytest.raises(ValueError, match="neither an .npz file nor a folder"):
        load_data(str(tmp_path / "notes.txt"), "train")
    with pytest.raises(ValueError, match="train or the test"):
        load_data("mnist", "val")  # type: ignore[arg-type]


def bomb(claimed: int) -> bytes:
    """An .npz whose images claim far more bytes than there are."""
    out = io.BytesIO()
    header = io.BytesIO()
    shape = {"descr": "|u1", "fortran_order": False, "shape": (claimed // 784, 28, 28)}
    np.lib.format.write_array_header_1_0(header, shape)
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("train_images.npy", header.getvalue() + bytes(1000))
        made.writestr("train_labels.npy", b"")
    return out.getvalue()


def test_a_claim_larger_than_the_file_is_refused_before_memory_is_taken() -> None:
    with pytest.raises(ValueError, match="damaged or cut short"):
        read(io.BytesIO(bomb(10**13)), "bomb.npz", "train")


def test_more_images_than_memory_is_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    name = put(tmp_path / "some.npz", arrays())
    monkeypatch.setattr("core.data.formats.npz.available", lambda: 8100)  # for 12 images of 784
    with pytest.raises(ValueError, match="need 0.0 GB of memory, more than there is"):
        load_data(name, "train")
    assert len(load_data(name, "test")) == 7


def test_more_images_than_there_may_be_are_refused_before_they_are_unpacked(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = put(home / "some.npz", arrays())
    monkeypatch.setattr("core.data.formats.npz.MOST_VALUES", 8100)
    with pytest.raises(ValueError, match="its train images need 0.0 GB, more than"):
        load_data(name, "train")
    monkeypatch.setattr("core.data.formats.npz_write.write", lambda *_: pytest.fail("nothing is unpacked"))
    with pytest.raises(ValueError, match=r"some.npz holds more than .* GB of images in a split"):
        own_data.install(io.BytesIO(npz(arrays())), "mine", called="some.npz")
    monkeypatch.setattr("core.data.formats.npz.MOST_VALUES", 8e9)
    monkeypatch.setattr("shutil.disk_usage", lambda _: SimpleNamespace(free=14000))  # for 19 images of 784
    with pytest.raises(ValueError, match=r"some.npz needs 0.0 GB in .*, where 0.0 GB are free"):
        own_data.install(io.BytesIO(npz(arrays())), "mine", called="some.npz")
    assert own_data.names() == ()
