"""Folders of pictures as they are found: each layout is read right, or refused with what was seen."""

import io
import os
import time
import zipfile
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.data.by_name import data_facts, load_data
from core.data.formats import picture_sources
from core.data.formats.picture_sources import Entry, in_zip
from core.data.formats.picture_tree import tree


def png(values: np.ndarray | None = None) -> bytes:
    out = io.BytesIO()
    Image.fromarray(np.full((8, 8), 7, np.uint8) if values is None else values).save(out, "PNG")
    return out.getvalue()


def lay(place: Path, names: Iterable[str]) -> str:
    """Files, pictures by their ending, each three times; `NAME!` is a file of that name, once."""
    for name in names:
        for file in [name[:-1]] if name.endswith("!") else [f"{name}/{n}.png" for n in range(3)]:
            (place / file).parent.mkdir(parents=True, exist_ok=True)
            (place / file).write_bytes(png() if file.endswith(".png") else b"text")
    return str(place)


@pytest.mark.parametrize(
    ("names", "classes", "counts"),
    [
        (["test/cat", "test/dog", "val/cat", "val/dog"], ("cat", "dog"), {"test": 6}),
        (["val/cat", "val/dog"], ("cat", "dog"), {"test": 6}),
        (["Training/cat", "Training/dog", "VALIDATION/cat"], ("cat", "dog"), {"train": 6, "test": 3}),
        (["training_set/training_set/cat", "training_set/training_set/dog", "test_set/test_set/cat"],
         ("cat", "dog"), {"train": 6, "test": 3}),
        (["train", "car", "plane"], ("car", "plane", "train"), {"train": 6, "test": 3}),
        (["set/cat", "set/dog", "README.md!"], ("cat", "dog"), {"train": 4, "test": 2}),
        (["a/b/c/cat", "a/b/c/dog", "a/logo.png!"], ("cat", "dog"), {"train": 4, "test": 2}),
        (["cat", "dog", "annotations/1.xml!"], ("cat", "dog"), {"train": 4, "test": 2}),
        (["cat/cat", "dog/dog"], ("cat", "dog"), {"train": 4, "test": 2}),
        (["cat/images", "dog/images"], ("cat", "dog"), {"train": 4, "test": 2}),
        (["train/cat", "train/dog", "test"], ("cat", "dog"), {"train": 4, "test": 2}),
        (["train/cat", "train/dog", "test/unknown"], ("cat", "dog"), {"train": 4, "test": 2}),
        (["test/train/cat", "test/train/dog", "test/test/cat"], ("cat", "dog"), {"train": 6, "test": 3}),
        (["cat", "dog", "__MACOSX/cat", ".git/x", "cat/.DS_Store!", "dog/Thumbs.db!"],
         ("cat", "dog"), {"train": 4, "test": 2}),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)  # fmt: skip
def test_layouts(names: list[str], classes: tuple[str, ...], counts: dict[str, int], tmp_path: Path) -> None:
    facts = data_facts(lay(tmp_path, names))
    assert facts is not None
    assert facts.classes == classes
    assert facts.counts == counts


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (["train", "test"], "pictures lie directly in train, test|pictures lie directly in test, train"),
        (["train/cat", "train/dog", "extra"], "beside train there are folders of another kind, extra"),
        (["train/cat", "training/dog"], "several folders for the same split"),
        (["fold1/cat", "fold1/dog", "fold2/cat", "fold2/dog"], "hold folders of the same names, cat, dog"),
        (["cat", "dog", "cat/dog"], "dog lies at the top and within cat too"),
        (["No finding", "no  finding"], "two classes of the same name .*: 'No finding' and 'no  finding'"),
        (["train/Cat", "test/cat", "train/dog"], "two classes of the same name"),
        (["inner.zip!"], "it holds inner.zip; expected at least two folders"),
        (["cat"], "1 class folder .cat.; expected"),
        (["/".join("abcdefghijklmnopqr")], "folders more than 16 deep"),
    ],
    ids=lambda value: " ".join(value)[:40] if isinstance(value, list) else "",
)  # fmt: skip
def test_layouts_that_are_not_clear_are_refused(names: list[str], said: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=said) as caught:
        data_facts(lay(tmp_path, names))
    assert len(str(caught.value).splitlines()) == 1


def test_what_was_left_out_is_said(tmp_path: Path) -> None:
    beside = ["train/cat/notes.txt!", "train/x.png!", "train/empty/a.xml!"]
    place = lay(tmp_path / "x", ["train/cat", "train/dog", "test/cat", "val/dog", *beside])
    (tmp_path / "x" / "train" / "linked").symlink_to(tmp_path / "x" / "train" / "cat")
    notes = load_data(place, "test").notes
    assert notes == (
        "Links are not followed, and were left out: linked.",
        "Files that are no pictures were left out: 1 .txt.",
        "Folders without pictures are no classes: empty.",
        "1 of 13 pictures lie in no class folder and were left out.",
        "3 pictures of the folder val are not used, beside those of test.",
    )


def test_a_split_that_is_not_there_is_named(tmp_path: Path) -> None:
    place = lay(tmp_path / "x", ["test/cat", "test/dog"])
    assert len(load_data(place, "test")) == 6
    with pytest.raises(ValueError, match="x has no train split, only test"):
        load_data(place, "train")


def test_pipes_loops_and_devices_are_passed_over(tmp_path: Path) -> None:
    place = lay(tmp_path / "x", ["cat", "dog"])
    os.mkfifo(tmp_path / "x" / "cat" / "pipe.png")
    (tmp_path / "x" / "dog" / "loop").symlink_to(tmp_path / "x", target_is_directory=True)
    (tmp_path / "x" / "dog" / "zero.png").symlink_to("/dev/zero")
    assert len(load_data(place, "train")) + len(load_data(place, "test")) == 6


def test_folders_are_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(picture_sources, "MOST_FILES", 100)
    for number in range(101):
        (tmp_path / "x" / str(number)).mkdir(parents=True)
    with pytest.raises(ValueError, match="x holds more than 100 files and folders"):
        data_facts(str(tmp_path / "x"))


def test_many_classes_are_sorted_in_one_pass() -> None:
    """A thousand classes of ten pictures each, in a .zip; with a pass a class it would be ten million looks."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        for name in range(10_000):
            made.writestr(f"{name % 1000:04}\\{name}.png", b"")
    found = tree(in_zip(out, "x.zip"), "x.zip")
    assert len(found.classes) == 1000
    assert {len(group) for group in found.files["train"]} == {8}
    many = [Entry((f"{number:05}", "x.png"), bytes, lambda _: b"") for number in range(50_000)]
    begun = time.process_time()
    with pytest.raises(ValueError, match="in 50,000 class folders; at most 10,000"):
        tree(many, "x.zip")
    assert time.process_time() - begun < 20


def test_deep_greyscale_has_one_range_for_the_whole_data_set(tmp_path: Path) -> None:
    """Levels 1,000 to 1,250 and 60,000 to 60,250 stay far apart, in both splits alike, and a note says so."""
    for name, low in (("bright", 60_000), ("dark", 1000)):
        for number in range(5):
            values = np.full((8, 8), low + 50 * number, np.uint16)
            values[0, 0] = low + 250
            (tmp_path / name).mkdir(exist_ok=True)
            (tmp_path / name / f"{number}.png").write_bytes(png(values))
    for split, count in (("train", 8), ("test", 2)):
        data = load_data(str(tmp_path), split)  # type: ignore[arg-type]
        assert data.classes == ("bright", "dark")
        assert data.images[data.labels == 0].min() >= 253
        assert data.images[data.labels == 1].max() <= 2
        note = f"{count} of {count} {split} pictures: greyscale of more than 8 bits: the range from 1000 to 60"
        assert data.notes[0].startswith(note)


def test_notes_are_counted(tmp_path: Path) -> None:
    place = lay(tmp_path, ["cat", "dog"])
    out = io.BytesIO()
    Image.new("RGBA", (16, 8), (200, 0, 0, 100)).save(out, "PNG")
    for number in range(4):
        (tmp_path / "cat" / f"clear{number}.png").write_bytes(out.getvalue())
    seen = load_data(place, "train", size=(1, 8, 8)).notes + load_data(place, "test", size=(1, 8, 8)).notes
    told = [note for note in seen if "transparent" in note]
    assert sum(int(note.split()[0]) for note in told) == 4
    assert all("pictures: transparent parts were laid on white." in note for note in told)
    assert any("its colours were dropped" in note for note in seen)
    assert any("scaled to the common size" in note for note in seen)
