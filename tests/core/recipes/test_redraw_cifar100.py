"""`python -m core.recipes.redraw_cifar100`: every image once, split by the order of what its pixels hash to."""

import hashlib
from pathlib import Path

import pytest
import torch

from core.contracts.interfaces import Images
from core.data.by_name import load_data
from core.recipes import redraw_cifar100
from core.recipes.redraw_cifar100 import REDRAWN, redrawn

CLASSES = ("ape", "bee")


def made(count: int, seed: int) -> Images:
    pixels = torch.randint(0, 256, (count, 3, 4, 4), generator=torch.Generator().manual_seed(seed))
    return Images(pixels.to(torch.uint8), torch.arange(count) % 2, CLASSES)


def hashes(data: Images, label: int) -> list[str]:
    """Of the images of one class, in their order; bytes as a picture's rows hold them: red, green, blue."""
    chosen = data.images[data.labels == label].permute(0, 2, 3, 1).numpy()
    return [hashlib.sha256(each.tobytes()).hexdigest() for each in chosen]


def test_the_first_of_each_class_are_for_testing_whichever_part_they_came_in() -> None:
    parts = [made(20, 0), made(8, 1)]
    found = redrawn(parts, test=3)
    for label in (0, 1):
        whole = sorted(hashes(parts[0], label) + hashes(parts[1], label))
        assert hashes(found["test"], label) == whole[:3]
        assert hashes(found["train"], label) == whole[3:]
    again = redrawn(parts[::-1], test=3)
    assert all(torch.equal(found[split].images, again[split].images) for split in ("train", "test"))
    assert all(torch.equal(found[split].labels, again[split].labels) for split in ("train", "test"))


def test_the_command_lays_it_down_as_data_of_ones_own(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    parts = {"train": made(300, 2), "test": made(60, 3)}
    monkeypatch.setattr(redraw_cifar100, "load_data", lambda _name, split: parts[split])
    monkeypatch.setattr("sys.argv", ["redraw_cifar100"])
    assert redraw_cifar100.main() == 0
    assert "160 images for training, 200 for testing" in capsys.readouterr().out
    kept = load_data(f"own:{REDRAWN}", "test")
    assert (len(kept), kept.classes) == (200, CLASSES)
    assert (home / "data" / f"{REDRAWN}.npz").is_file()
