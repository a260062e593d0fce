"""Data by name: .npz files in MedMNIST's layout, your own data, and whether they fit a classifier."""

import io
import pickle
import random
import zipfile
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from core.cli import data as data_listing
from core.cli.parser import main
from core.contracts.classifier import Classifier
from core.contracts.interfaces import Images
from core.data import own as own_data
from core.data.by_name import data_facts, data_names, describe, load_data, misfit, other_classes
from core.data.formats import archive
from core.data.formats.npz import read


def arrays(shape: tuple[int, ...] = (28, 28), count: int = 12, **more: Any) -> dict[str, Any]:
    """A small MedMNIST-style set of three classes."""
    draws = np.random.default_rng(0)
    made: dict[str, Any] = {}
    for split, size in (("train", count), ("val", 5), ("test", 7)):
        made[f"{split}_images"] = draws.integers(0, 256, (size, *shape), np.uint8)
        made[f"{split}_labels"] = (np.arange(size) % 3).astype(np.uint8)[:, None]
    return made | more


def npz(parts: dict[str, Any], *, packed: bool = True) -> bytes:
    out = io.BytesIO()
    (np.savez_compressed if packed else np.savez)(out, **parts)
    return out.getvalue()


def put(path: Path, parts: dict[str, Any], *, packed: bool = True) -> str:
    path.write_bytes(npz(parts, packed=packed))
    return str(path)


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
    monkeypatch.setattr(archive, "PIECE", 5000)  # two images of 28 x 28 x 3 at a time, one left over
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
    "same names": ({"classes": np.array(["a", "b", "a"])}, "different names"),
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
    with pytest.raises(ValueError, match="not an .npz file"):
        load_data(str(tmp_path / "evil.npz"), "train")
    assert not (tmp_path / "evil").exists()


def test_missing_parts_are_named(tmp_path: Path) -> None:
    name = put(tmp_path / "some.npz", {"x": np.zeros(3), "y": np.zeros(3)})
    with pytest.raises(ValueError, match="no train_images and no train_labels; it holds x, y"):
        load_data(name, "train")
    for unknown in ("nothing", "own:nothing", "own:../../x", "a\0b", "svhn2", "own:"):
        with pytest.raises(ValueError, match="there (is|are) no"):
            load_data(unknown, "train")
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
    monkeypatch.setattr("core.data.formats.npz.write", lambda *_: pytest.fail("nothing is unpacked"))
    with pytest.raises(ValueError, match=r"some.npz holds more than .* GB of images in a split"):
        own_data.install(io.BytesIO(npz(arrays())), "mine", called="some.npz")
    monkeypatch.setattr("core.data.formats.npz.MOST_VALUES", 8e9)
    monkeypatch.setattr("shutil.disk_usage", lambda _: SimpleNamespace(free=14000))  # for 19 images of 784
    with pytest.raises(ValueError, match=r"some.npz needs 0.0 GB in .*, where 0.0 GB are free"):
        own_data.install(io.BytesIO(npz(arrays())), "mine", called="some.npz")
    assert own_data.names() == ()


def mutated(raw: bytes, source: random.Random) -> bytes:
    made = bytearray(raw)
    for _ in range(source.randint(1, 6)):
        match source.randint(0, 3):
            case 0:
                made[source.randrange(len(made))] = source.randrange(256)
            case 1:
                del made[source.randrange(len(made)) :]
                made = made or bytearray(b"P")
            case 2:
                begin = source.randrange(len(made))
                del made[begin : begin + source.randint(1, 40)]
                made = made or bytearray(b"P")
            case _:
                begin = source.randrange(len(made))
                made[begin : begin + 4] = source.randbytes(4)
    return bytes(made)


@pytest.mark.parametrize("packed", [True, False])
def test_damaged_files_are_read_or_refused(packed: bool, home: Path) -> None:
    source = random.Random(5)
    raw = npz(arrays((8, 8), classes=np.array(["a", "b", "c"])), packed=packed)
    said = []
    laid = home / "laid.npz"
    for _ in range(400):
        laid.write_bytes(mutated(raw, source))
        try:
            with laid.open("rb") as file:
                own_data.install(file, "x", called="x.npz")
            own_data.remove("x")
        except (ValueError, OSError) as error:
            said.append(str(error))
    assert len(said) > 100
    assert not [each for each in said if len(each.splitlines()) != 1 or "Errno" in each or len(each) > 300]
    assert not list((home / "data" / "own").iterdir())


def test_own_data_are_kept_listed_and_deleted(home: Path) -> None:
    parts = arrays((28, 28, 3), classes=np.array(["a", "b", "c"]))
    key, notes = own_data.install(io.BytesIO(npz(parts)), "scans")
    assert (key, notes) == ("own:scans", ())
    assert data_names()["own:scans"] == "Own data, scans"
    found = load_data(key, "test")
    assert np.array_equal(found.images.permute(0, 2, 3, 1).numpy(), parts["test_images"])
    assert found.classes == ("a", "b", "c")
    facts = data_facts(key)
    assert facts is not None
    assert facts.counts == {"train": 12, "test": 7}
    assert facts.size == (3, 28, 28)
    assert [path.name for path in (home / "data" / "own").iterdir()] == ["scans.npz"]
    with pytest.raises(ValueError, match="already data called scans"):
        own_data.install(io.BytesIO(npz(parts)), "scans")
    own_data.remove("scans")
    assert "own:scans" not in data_names()
    with pytest.raises(ValueError, match="there are no"):
        own_data.remove("scans")


def test_files_laid_into_the_data_folder_are_own_data_but_not_deletable(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (home / "data").mkdir()
    put(home / "data" / "pathmnist.npz", arrays())
    put(home / "data" / "svhn.npz", arrays((32, 32, 3)))
    assert "own:pathmnist" in data_names()
    assert "own:svhn" not in data_names()  # it stands for the published one
    assert len(load_data("own:pathmnist", "train")) == 12
    assert load_data("svhn", "test").images.shape == (7, 3, 32, 32)
    elsewhere = home / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.setenv("COUNTERPROOF_DATA", str(elsewhere))
    put(elsewhere / "bloodmnist.npz", arrays(count=9))
    assert {"own:pathmnist", "own:bloodmnist"} <= set(data_names())
    assert len(load_data("own:bloodmnist", "train")) == 9
    assert not own_data.removable("pathmnist")
    with pytest.raises(ValueError, match="added here"):
        own_data.remove("pathmnist")
    assert (home / "data" / "pathmnist.npz").exists()


@pytest.mark.parametrize("name", ["", "../x", "a b", "-x", "x" * 41, "a/b", "ä", "x.npz"])
def test_bad_names(name: str, home: Path) -> None:
    with pytest.raises(ValueError, match="1 to 40 letters"):
        own_data.install(io.BytesIO(npz(arrays())), name)
    assert not (home / "data" / "own").exists()


def test_a_failed_write_leaves_nothing(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("core.data.formats.npz.write", full)
    with pytest.raises(OSError, match="x could not be stored in .*: No space left on device"):
        own_data.install(io.BytesIO(npz(arrays())), "x")
    assert not list((home / "data" / "own").iterdir())


def toy(size: tuple[int, int, int], labels: tuple[str, ...]) -> Classifier:
    return Classifier(nn.Sequential(nn.Flatten(), nn.LazyLinear(len(labels))), labels, size)


def images(size: tuple[int, int, int], classes: tuple[str, ...]) -> Images:
    return Images(torch.zeros(4, *size, dtype=torch.uint8), torch.tensor([0, 1, 1, 0]), classes)


def test_misfit_says_what_is_there_and_what_would_fit() -> None:
    colour, two = (3, 32, 32), ("cat", "dog")
    assert misfit(toy(colour, two), images(colour, two)) is None
    assert misfit(toy(colour, two), images((1, 28, 28), two)) == (
        "this data set has 28 x 28 grey images; the model takes 32 x 32 colour images"
    )
    assert misfit(toy(colour, two), images((3, 24, 48), two)) == (
        "this data set has 48 x 24 colour images; the model takes 32 x 32 colour images"
    )
    assert misfit(toy(colour, (*two, "cow")), images(colour, two)) == (
        "this data set has 2 classes; the model tells 3 classes apart"
    )


def test_other_names_are_a_warning_and_another_order_says_so() -> None:
    size = (1, 8, 8)
    model = toy(size, ("cat", "dog"))
    assert other_classes(model, images(size, ("cat", "dog"))) is None
    assert other_classes(model, images(size, (" Cat", "DOG"))) is None
    order = other_classes(model, images(size, ("dog", "cat")))
    assert order is not None
    assert "another order: class 0 is ‘dog’ here and ‘cat’ in the model" in order
    names = other_classes(model, images(size, ("cat", "cow")))
    assert names is not None
    assert "other names than the model's: class 1 is ‘cow’ here" in names
    assert misfit(model, images(size, ("dog", "cat"))) is None


def test_describe() -> None:
    assert describe(images((1, 28, 20), ("a", "b", "c"))) == {
        "images": 4, "size": (1, 28, 20), "kind": "20 x 28 grey", "classes": 3,
        "per_class": {"a": 2, "b": 2, "c": 0}, "notes": (),
    }  # fmt: skip


def test_on_the_command_line(home: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    own_data.install(io.BytesIO(npz(arrays(classes=np.array(["a", "b", "c"])))), "scans")
    (own_data.folder() / "torn.npz").write_bytes(b"PK")
    assert main(["data"]) == 0
    said = capsys.readouterr().out
    assert "12 train and 7 test images, 28 x 28 grey, 3 classes; on this machine" in said
    assert "cannot be read: torn.npz is not an .npz file that can be read" in said
    assert [line for line in said.splitlines() if line.startswith("cifar100") and "fetched on first use" in line]
    assert main(["data", "own:scans"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[-3].split() == ["a", "4", "3"]
    assert main(["data", put(tmp_path / "some.npz", arrays())]) == 0
    assert "12 train, 5 val and 7 test images" in capsys.readouterr().out
    assert main(["data", "nowhere"]) == 2
    assert "there is no data set, file or folder 'nowhere'" in capsys.readouterr().err
    assert data_listing.description("svhn").endswith("--fetch.")
