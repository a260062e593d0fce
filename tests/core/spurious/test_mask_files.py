"""Example masks on disk: what was written is read, anything else is a sentence, nothing is unpacked without bound."""

import io
import zipfile
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from core.spurious.mask_files import load_masks, save_masks

SOUND: dict[str, Any] = {
    "images": np.zeros((2, 1, 4, 5), np.uint8), "masks": np.zeros((2, 4, 5), bool), "labels": np.zeros(2, np.int64),
}  # fmt: skip


def written(path: Path, **changes: Any) -> Path:
    np.savez_compressed(path, **{name: each for name, each in (SOUND | changes).items() if each is not None})
    return path


def bomb(path: Path, count: int, held: int) -> Path:
    """Images that the header says are `count`, of which `held` bytes are there."""
    header = io.BytesIO()
    np.lib.format.write_array_header_1_0(header, {"descr": "|u1", "fortran_order": False, "shape": (count, 1, 1, 1)})
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("images.npy", header.getvalue() + bytes(held))
    return path


def test_what_was_written_is_read(tmp_path: Path) -> None:
    images, masks = torch.randint(0, 256, (3, 3, 8, 8), dtype=torch.uint8), torch.rand(3, 8, 8) > 0.5
    save_masks(tmp_path / "a.npz", images, masks, torch.arange(3), indices=torch.tensor([4, 7, 9]))
    read = load_masks(tmp_path / "a.npz")
    assert np.array_equal(read.images, images.numpy())
    assert np.array_equal(read.masks, masks.numpy())
    assert read.labels.tolist() == [0, 1, 2]
    assert read.indices is not None
    assert read.indices.tolist() == [4, 7, 9]
    assert load_masks(written(tmp_path / "earlier.npz")).indices is None  # before they were kept


def test_maps_are_read_too_but_not_with_numbers_that_are_none(tmp_path: Path) -> None:
    maps = np.linspace(-1, 1, 40).reshape(2, 4, 5).astype(np.float16)
    assert np.array_equal(load_masks(written(tmp_path / "maps.npz", masks=maps)).masks, maps)
    maps[0, 0, 0] = np.nan
    with pytest.raises(ValueError, match="holds no masks that fit"):
        load_masks(written(tmp_path / "nan.npz", masks=maps))


@pytest.mark.parametrize(
    "changes",
    [
        {"masks": None}, {"images": np.zeros((2, 1, 0, 5), np.uint8), "masks": np.zeros((2, 0, 5), bool)},
        {"images": np.zeros((2, 1, 4, 5))}, {"masks": np.zeros((2, 4, 5), np.uint8)},
        {"masks": np.zeros((3, 4, 5), bool)},
        {"images": np.zeros((2, 7, 4, 5), np.uint8)}, {"labels": np.zeros(3, int)}, {"indices": np.zeros(3, int)},
        {"labels": np.array(["a", "b"])},
        {"images": np.array([{}, {}], object)},
    ],
)  # fmt: skip
def test_arrays_that_do_not_fit_are_a_sentence(tmp_path: Path, changes: dict[str, Any]) -> None:
    assert load_masks(written(tmp_path / "sound.npz")).masks.shape == (2, 4, 5)
    with pytest.raises(ValueError, match="a.npz holds no masks that"):
        load_masks(written(tmp_path / "a.npz", **changes))


@pytest.mark.parametrize(("count", "held"), [(10**12, 10), (10, 9), (200 * 10**6, 200 * 10**6)])
def test_a_bomb_is_a_sentence(tmp_path: Path, count: int, held: int) -> None:
    with pytest.raises(ValueError, match="holds no masks that can be read"):
        load_masks(bomb(tmp_path / "a.npz", count, held))


def test_damaged_files_are_a_sentence(tmp_path: Path) -> None:
    raw = written(tmp_path / "a.npz").read_bytes()
    for place in range(0, len(raw), 7):
        (tmp_path / "a.npz").write_bytes(raw[:place])
        with pytest.raises(ValueError, match="holds no masks"):
            load_masks(tmp_path / "a.npz")
        (tmp_path / "a.npz").write_bytes(raw[:place] + bytes([raw[place] ^ 0x55]) + raw[place + 1 :])
        with suppress(ValueError):  # a byte that nobody looks at changes nothing
            load_masks(tmp_path / "a.npz")
