"""Sets of marked images: the same bytes for the same set, refused where damaged, listed as soon as they are there."""

from pathlib import Path

import numpy as np
import pytest
import torch

from core.spurious.marked_images import PACKAGED, MarkedImages, _loaded, keep, load_marked, packed, place, read_marked
from core.spurious.marked_sets import SETS


def a_set(title: str = "two scans") -> MarkedImages:
    draws = torch.Generator().manual_seed(0)
    images = torch.randint(256, (2, 3, 4, 5), generator=draws, dtype=torch.uint8)
    masks = torch.rand(2, 2, 4, 5, generator=draws) > 0.7
    return MarkedImages(images, torch.tensor([1, 0]), masks[0], masks[1], ("no finding", "finding ✓"), title)


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COUNTERPROOF_HOME", str(tmp_path))
    _loaded.cache_clear()


def test_round_trip_and_the_name_is_that_of_the_content() -> None:
    found = a_set()
    name = keep(found)
    assert keep(a_set()) == name != keep(a_set("other title"))
    again = load_marked(name)
    for tensor in ("images", "labels", "relevant", "spurious"):
        assert torch.equal(getattr(again, tensor), getattr(found, tensor))
    assert (again.classes, again.title, len(again)) == (found.classes, found.title, 2)
    assert name in SETS
    assert SETS[name] == "two scans, 2 images"
    assert {"", name} <= set(SETS)


def test_a_changed_file_is_not_taken_for_the_one_that_was_written() -> None:
    name = keep(a_set())
    place(name).write_bytes(packed(a_set("changed")))
    with pytest.raises(ValueError, match="have changed"):
        load_marked(name)
    assert "not to be read" in SETS[name]


@pytest.mark.parametrize("name", ["../x", "A", "", "0123456789abcdef"])
def test_a_name_without_a_file_is_a_sentence(name: str) -> None:
    with pytest.raises(ValueError, match="no marked images called"):
        load_marked(name)


def test_hostile_files_are_a_sentence(tmp_path: Path) -> None:
    arrays = {name: getattr(a_set(), name).numpy() for name in ("images", "labels", "relevant", "spurious")}
    words = {"classes": np.array(["a", "b"]), "title": np.array(["t"])}
    wrong = [
        {"images": arrays["images"].astype(float)}, {"labels": np.array([0, 5])}, {"labels": np.array([0])},
        {"spurious": arrays["spurious"][:, :2]}, {"relevant": arrays["relevant"].astype(np.uint8)},
        {"images": np.zeros((0, 3, 4, 5), np.uint8)}, {"labels": np.array(["a", "b"])},
        {"classes": np.array([{}], dtype=object)},
    ]  # fmt: skip
    for place_, change in enumerate(wrong):
        path = tmp_path / f"{place_}.npz"
        np.savez(path, allow_pickle=True, **(arrays | words | change))
        with pytest.raises(ValueError, match=r"expected|holds no"):
            read_marked(path)
    (tmp_path / "torn.npz").write_bytes(packed(a_set())[:300])
    with pytest.raises(ValueError, match="holds no masks"):
        read_marked(tmp_path / "torn.npz")


def test_a_set_that_comes_with_the_project_is_there() -> None:
    names = sorted(path.stem for path in PACKAGED.glob("*.npz"))
    assert "decoy_mnist" in names
    for name in names:
        assert name in set(SETS)
        assert load_marked(name).to_ignore.flatten(1).any(dim=1).all()


def test_the_marks_of_decoy_mnist_lie_on_the_square_of_each_digit() -> None:
    found = load_marked("decoy_mnist")
    for image, label, mask in zip(found.images[:, 0], found.labels.tolist(), found.to_ignore, strict=True):
        rows, columns = (image == 255 - 25 * label).nonzero(as_tuple=True)
        corners = [slice(0, 4), slice(24, 28)]
        on = [mask[down, across] for down in corners for across in corners
              if (image[down, across] == 255 - 25 * label).all()]  # fmt: skip
        assert len(rows) >= 16
        assert any(bool(each.all()) for each in on)
        assert int(mask.sum()) == 25
