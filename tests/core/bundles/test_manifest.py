"""A manifest, its arrays and its pictures are taken only whole and as they must be: anything else is one sentence."""

import copy
import hashlib
import io
import json
import zipfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.base.errors import Unreadable
from core.bundles import read, write
from core.study.study import Study

Edit = Callable[[dict[str, Any]], object]


@pytest.fixture(scope="module")
def saved(investigated: Study, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("case")
    write.save(investigated, folder)
    return folder


def edited(saved: Path, tmp_path: Path, edit: Edit, files: dict[str, bytes] | None = None) -> Path:
    """The case with an edited manifest and other files, whose hashes are put right."""
    for path in saved.rglob("*.*"):
        target = tmp_path / path.relative_to(saved)
        target.parent.mkdir(exist_ok=True)
        target.write_bytes(path.read_bytes())
    manifest = json.loads((saved / "manifest.json").read_text())
    for name, raw in (files or {}).items():
        (tmp_path / name).write_bytes(raw)
        manifest["files"][name] = hashlib.sha256(raw).hexdigest()
    edit(manifest)
    (tmp_path / "manifest.json").write_text(json.dumps(manifest))
    return tmp_path


WRONG: dict[str, Edit] = {
    "seed of a half": lambda m: m["case"].update(seed=2.5), "attack is text": lambda m: m["case"].update(attack="x"),
    "classifier is a number": lambda m: m["case"].update(classifier=5),
    "target is true": lambda m: m["case"].update(target=True),
    "another seed, the same id": lambda m: m["case"].update(seed=1),
    "threads": lambda m: m.update(threads=10**9), "threads is true": lambda m: m.update(threads=True),
    "a sum of probabilities": lambda m: m["before"].__setitem__(0, 0.5),
    "a probability below 0": lambda m: m["attack"]["after"]["probabilities"].__setitem__(0, -0.1),
    "too few probabilities": lambda m: m["attack"]["saved"]["probabilities"].pop(),
    "NaN": lambda m: m["rows"][0].update(value=float("nan")), "infinity": lambda m: m["attack"].update(seconds=1e999),
    "a row is missing": lambda m: m["rows"].pop(), "no rows": lambda m: m.update(rows=[]),
    "a row twice": lambda m: m["rows"].append(m["rows"][0]),
    "a measure is missing": lambda m: m.update(rows=[row for row in m["rows"] if row["measure"] != "ssim"]),
    "an unknown measure": lambda m: m["rows"][0].update(measure="x"),
    "a new fact": lambda m: m["attack"].update(a_new_fact=1), "a new part": lambda m: m.update(a_new_part={}),
    "maps of a method that was not asked": lambda m: m["maps"].update(pgca=m["maps"]["lime"]),
    "maps is a list": lambda m: m.update(maps=[]),
    "a class too far": lambda m: m["maps"]["lime"].update(classes=[0, 4]),
    "draws": lambda m: m["maps"]["lime"]["noise_classes"].pop(), "noise answers": lambda m: m.update(noise_answers=[]),
    "other facts of one image": lambda m: m["maps"]["lime"]["facts"]["attacked"].pop("superpixels"),
    "a file elsewhere": lambda m: m["files"].update({"../mine.png": "0" * 64}),
    "no arrays": lambda m: m["files"].pop("arrays.npz"), "no kind": lambda m: m.pop("kind"),
    "other weights than the fingerprint's": lambda m: m["classifier"].update(sha256="1" * 64),
    "no mean": lambda m: m["classifier"]["preprocessing"].pop("mean"),
    "an escape": lambda m: m["versions"].update(torch="\x1b[31m"), "a label twice as long": lambda m: m["classifier"]
    ["labels"].__setitem__(0, "x" * 400), "an attack without an answer": lambda m: m.update(before=None),
}  # fmt: skip


@pytest.mark.parametrize("what", WRONG)
def test_a_damaged_manifest_is_a_sentence(saved: Path, tmp_path: Path, what: str) -> None:
    with pytest.raises(Unreadable) as error:
        read.load(edited(saved, tmp_path, WRONG[what]))
    assert "\n" not in str(error.value)
    assert str(error.value).isprintable()


def test_whatever_is_left_out_or_of_another_kind_is_a_sentence(saved: Path, tmp_path: Path) -> None:
    """Every part in turn, at every depth: gone, or something else."""
    good = json.loads((saved / "manifest.json").read_text())
    gone = object()

    def places(value: Any, before: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
        inside = value.items() if isinstance(value, dict) else enumerate(value[:2]) if isinstance(value, list) else ()
        return [before, *(place for key, each in inside for place in places(each, (*before, key)))]

    path = tmp_path / "manifest.json"
    for *parents, last in places(good)[1:]:
        for other in (None, [{}], -1, gone):
            manifest = copy.deepcopy(good)
            part = manifest
            for key in parents:
                part = part[key]
            if other is gone:
                del part[last]
            else:
                part[last] = other
            path.write_text(json.dumps(manifest))
            with suppress(Unreadable):  # nothing else comes out
                read.read_manifest(path)


def npz(arrays: dict[str, Any]) -> bytes:
    out = io.BytesIO()
    np.savez_compressed(out, **arrays)
    return out.getvalue()


def bomb(raw: bytes, name: str = "x.npy", size: int = 1 << 26) -> bytes:
    """One more member, of zeros."""
    out = io.BytesIO(raw)
    with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as archive, archive.open(name, "w", force_zip64=True) as file:
        np.lib.format.write_array_header_1_0(file, {"shape": (size // 4,), "fortran_order": False, "descr": "<f4"})
        for _ in range(size >> 20):
            file.write(bytes(1 << 20))
    return out.getvalue()


BENT: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "missing": lambda a: {name: each for name, each in a.items() if name != "attacked"},
    "one more": lambda a: a | {"more": np.zeros(1, np.float32)},
    "another shape": lambda a: a | {"maps/lime/original": np.zeros((15, 16), np.float32)},
    "another type": lambda a: a | {"noise": a["noise"].astype(np.float64)},
    "objects": lambda a: a | {"attacked": np.array([None])},
    "NaN": lambda a: a | {"maps/lime/attacked": np.full((16, 16), np.nan, np.float32)},
    "no image": lambda a: a | {"attacked": a["attacked"] + 2},
    "another original": lambda a: a | {"original": 1 - a["original"]},
}


@pytest.mark.parametrize("how", [*BENT, "bomb", "bomb in place", "cut short", "no zip", "a flipped byte"])
def test_arrays_are_the_ones_that_belong_there(saved: Path, tmp_path: Path, how: str) -> None:
    raw = (saved / "arrays.npz").read_bytes()
    with np.load(io.BytesIO(raw)) as stored:
        arrays = dict(stored)
    if how in BENT:
        raw = npz(BENT[how](arrays))
    elif how == "bomb":
        raw = bomb(raw)
    elif how == "bomb in place":
        raw = bomb(npz({name: each for name, each in arrays.items() if name != "attacked"}), "attacked.npy")
    else:
        raw = {"cut short": raw[:-40], "no zip": b"x", "a flipped byte": raw[:900] + b"\xff" + raw[901:]}[how]
    with pytest.raises(Unreadable, match="arrays.npz"):
        read.load(edited(saved, tmp_path, lambda m: m, {"arrays.npz": raw}))


def test_a_member_longer_than_it_says_is_not_unpacked(saved: Path, tmp_path: Path) -> None:
    """The sizes in both headers say what the shape says; the bytes go on."""
    with np.load(saved / "arrays.npz") as stored:
        arrays = dict(stored)
    honest = len(arrays["attacked"].tobytes()) + 128
    out = io.BytesIO(npz({name: each for name, each in arrays.items() if name != "attacked"}))
    header = io.BytesIO()
    np.lib.format.write_array(header, arrays["attacked"])
    with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("attacked.npy", header.getvalue() + bytes(1 << 24))
    true, told = (size.to_bytes(4, "little") for size in (honest + (1 << 24), honest))
    assert (raw := out.getvalue()).count(true) == 2
    with pytest.raises(Unreadable, match="arrays.npz"):
        read.load(edited(saved, tmp_path, lambda m: m, {"arrays.npz": raw.replace(true, told)}))


def test_the_manifest_that_is_named_is_the_one_that_is_read(saved: Path, tmp_path: Path) -> None:
    folder = edited(saved, tmp_path, lambda m: m["attack"].update(queries=77))
    (folder / "manifest.json").rename(folder / "mine.json")
    (folder / "manifest.json").write_bytes((saved / "manifest.json").read_bytes())
    manifest, study = read.read(folder / "mine.json")
    assert study.attacked is not None
    assert (manifest["attack"]["queries"], study.attacked.queries) == (77, 77)


def test_a_folder_or_no_file_is_said_to_be_that(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match="is a folder; name the manifest.json in it"):
        read.read_manifest(tmp_path)
    with pytest.raises(Unreadable, match="null is no file"):
        read.read_manifest(Path("/dev/null"))


def test_a_manifest_of_the_first_version_is_read(saved: Path, tmp_path: Path) -> None:
    def first(manifest: dict[str, Any]) -> None:
        del manifest["kind"], manifest["classifier"]["fingerprint"], manifest["classifier"]["preprocessing"]

    back = read.load(edited(saved, tmp_path, first))
    assert back.complete
    assert back.weights == back.fingerprint == "0" * 64
