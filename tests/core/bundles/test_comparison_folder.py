"""A comparison as a folder reads back the same; whatever is missing, altered or of a wrong kind is one sentence."""

import hashlib
import json
import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from core.bundles import comparison_folder, comparison_read
from core.compare.comparison import SIDES, Comparison, Crossing
from core.compare.one_image import compare
from tests.core.compare.doubles import IMAGE, model, pair


@pytest.fixture(scope="module")
def compared() -> Comparison:
    return compare(pair(), model(0), model(1), IMAGE, label=1)


def same(first: Comparison, second: Comparison) -> None:
    assert first.pair == second.pair
    for side in SIDES:
        one, two = first.studies[side], second.studies[side]
        assert one.rows == two.rows
        assert torch.equal(one.original, two.original)
        assert one.attacked is not None
        assert two.attacked is not None
        assert torch.equal(one.attacked.image, two.attacked.image)
        assert one.attacked.facts() == two.attacked.facts()
        mine, theirs = first.crossings[side], second.crossings[side]
        assert mine.prediction == theirs.prediction
        assert mine.reach == theirs.reach
        assert list(mine.maps) == list(theirs.maps)
        assert list(mine.pictures) == list(theirs.pictures)
        assert all(torch.equal(mine.maps[key], theirs.maps[key]) for key in mine.maps)
        assert all(torch.equal(mine.pictures[key], theirs.pictures[key]) for key in mine.pictures)


def test_it_reads_back_the_same(compared: Comparison, tmp_path: Path) -> None:
    comparison_folder.save(compared, tmp_path / "pair")
    same(compared, comparison_read.load(tmp_path / "pair"))
    with pytest.raises(ValueError, match="is not empty"):
        comparison_folder.save(compared, tmp_path / "pair")
    for path in (tmp_path / "pair").rglob("*.png"):  # pictures for people may have been left out
        if path.name != "original.png":
            path.unlink()
    same(compared, comparison_read.load(tmp_path / "pair"))


def test_a_crossing_may_have_pictures_an_infinite_bound_or_nothing(compared: Comparison, tmp_path: Path) -> None:
    crossing, key = compared.crossings["before"], "grad_cam_pp"
    assert crossing.reach is not None
    pictured = Crossing(
        crossing.prediction, dict(crossing.maps), {key: torch.rand(3, 8, 8), "awaited": torch.rand(3, 8, 8)},
        replace(crossing.reach, value=math.inf, norm=2.0),
    )  # fmt: skip
    given = replace(compared, crossings={"before": pictured, "after": Crossing()})
    comparison_folder.save(given, tmp_path / "a")
    del pictured.pictures["awaited"]  # whose map was not there yet
    same(given, comparison_read.load(tmp_path / "a"))
    bare = replace(compared, crossings={side: Crossing() for side in SIDES})
    comparison_folder.save(bare, tmp_path / "b")
    same(bare, comparison_read.load(tmp_path / "b"))
    assert not (tmp_path / "b" / "crossings.npz").exists()


def changed(**parts: Any) -> Callable[[dict[str, Any]], None]:
    return lambda told: told.update(parts)


def inside(name: str, value: Any) -> Callable[[dict[str, Any]], None]:
    return lambda told: told["crossings"]["before"].update({name: value})


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (changed(kind="counterproof case"), "kind is not a word that is known here"),
        (changed(version=2), "newer version"), (changed(version="1"), "version is not a whole number"),
        (changed(more=1), "more is not known here"), (lambda told: told.pop("pair"), "lacks pair"),
        (changed(pair={}), "pair is not what its two cases answer"), (changed(pair_id="0" * 16), "pair_id is not"),
        (changed(files={}), "files lacks before/manifest.json"), (changed(files=3), "files is not an object"),
        (lambda told: told["files"].update({"../x": "0" * 64}), "is not a file that belongs"),
        (lambda told: told["files"].update({"crossings.npz": "0" * 64}), "crossings.npz is not the file"),
        (lambda told: told["files"].update({"after/manifest.json": "0" * 64}), "after/manifest.json is not the file"),
        (lambda told: told["files"].pop("crossings.npz"), "files lacks crossings.npz"),
        (inside("prediction", [0.5, 0.5]), "prediction is not a list of 3 entries"),
        (inside("prediction", [0.5, 0.5, "x"]), "is not a number"), (inside("prediction", [9, 0, 0]), "prediction"),
        (inside("reach", {"value": 1}), "lacks share"), (inside("maps", ["lime"]), "is not a word that is known"),
        (inside("maps", ["grad_cam_pp"]), "does not hold the arrays"), (inside("maps", "x"), "is not a list"),
        (inside("maps", ["grad_cam_pp"] * 2), "is not a list of different"),
        (inside("pictures", ["grad_cam_pp"]), "does not hold the arrays"),
    ],
)  # fmt: skip
def test_what_is_not_as_it_must_be_is_one_sentence(
    compared: Comparison, tmp_path: Path, change: Callable[[dict[str, Any]], object], said: str
) -> None:
    comparison_folder.save(compared, tmp_path)
    told = json.loads((tmp_path / "comparison.json").read_text())
    change(told)
    (tmp_path / "comparison.json").write_text(json.dumps(told))
    with pytest.raises(ValueError, match=said) as error:
        comparison_read.load(tmp_path)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("name", ["crossings.npz", "after/arrays.npz", "before/original.png", "after/manifest.json"])
def test_a_missing_or_altered_file_is_one_sentence(compared: Comparison, tmp_path: Path, name: str) -> None:
    comparison_folder.save(compared, tmp_path)
    raw = (tmp_path / name).read_bytes()
    (tmp_path / name).write_bytes(raw[:-1] + bytes([raw[-1] ^ 1]))
    with pytest.raises(ValueError, match=f"{name.partition('/')[2] or name} is not the"):
        comparison_read.load(tmp_path)
    (tmp_path / name).unlink()
    with pytest.raises(ValueError, match=f"{name.partition('/')[2] or name} is missing"):
        comparison_read.load(tmp_path)
    (tmp_path / name).mkdir()
    with pytest.raises((ValueError, OSError)):
        comparison_read.load(tmp_path)


@pytest.mark.parametrize("values", [np.zeros((8, 9), np.float32), np.zeros((8, 8)), np.full((8, 8), np.nan, np.float32),
                                    np.array([None])])  # fmt: skip
def test_arrays_of_another_kind_are_refused_though_the_hash_fits(
    compared: Comparison, tmp_path: Path, values: Any
) -> None:
    comparison_folder.save(compared, tmp_path)
    path = tmp_path / "crossings.npz"
    arrays = {name: each for name, each in np.load(path).items()}
    np.savez_compressed(path, **(arrays | {"before/maps/grad_cam_pp": values}))
    told = json.loads((tmp_path / "comparison.json").read_text())
    told["files"]["crossings.npz"] = hashlib.sha256(path.read_bytes()).hexdigest()
    (tmp_path / "comparison.json").write_text(json.dumps(told))
    with pytest.raises(ValueError, match=r"crossings.npz"):
        comparison_read.load(tmp_path)
