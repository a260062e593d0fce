"""Data known by more than their name: other images under the same name are noticed before anything goes on."""

import io
import os
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from app.ui import cached_pictures
from core.attacks.pgd import PGD
from core.base import run_folder
from core.base.params import to_spec
from core.cli import parser as cli
from core.data import own as own_data
from core.data.by_name import data_fingerprint, known_data, load_data
from core.objectives.cross_entropy import CrossEntropy
from core.refinement import request as refinement
from core.refinement.request import Refinement
from core.runs import files
from core.runs.context import Context
from core.runs.store import Store
from core.runs.tasks import TASKS
from core.training.schedule import Schedule
from tests.toys import small

SAID = "The data set digits is not the one this run began with: its images have changed"


def raw(seed: int, side: int = 6) -> io.BytesIO:
    """40 grey images of two classes in each split."""
    draws = np.random.default_rng(seed)
    parts: dict[str, Any] = {"classes": np.array(["left", "right"])}
    for split in ("train", "test"):
        parts |= {f"{split}_images": draws.integers(0, 256, (40, side, side), np.uint8)}
        parts |= {f"{split}_labels": np.arange(40) % 2}
    out = io.BytesIO()
    np.savez(out, **parts)
    return out


def put(seed: int) -> None:
    """Own data called digits, in the place of those that were there."""
    if own_data.removable("digits"):
        own_data.remove("digits")
    own_data.install(raw(seed), "digits")


def test_a_fingerprint_is_that_of_the_images(home: Path) -> None:
    found = []
    for seed in (0, 1, 0):
        put(seed)
        found.append(data_fingerprint("own:digits"))
    assert found[0] == found[2] != found[1]
    assert known_data("own:digits") == {"data_fingerprint": found[0]}
    copied = home / "copy.npz"
    shutil.copy(own_data.place("digits"), copied)
    assert data_fingerprint(str(copied)) == found[0]
    assert data_fingerprint("mnist") == ""
    assert known_data("mnist") == {}
    assert known_data("own:nothing") == {}
    with pytest.raises(ValueError, match="no own data"):
        data_fingerprint("own:nothing")


def test_a_folder_is_known_by_its_files(tmp_path: Path) -> None:
    for name in ("left", "right"):
        (tmp_path / name).mkdir()
        for index in range(3):
            Image.new("L", (6, 6), 40 * index).save(tmp_path / name / f"{index}.png")
    first = data_fingerprint(str(tmp_path))
    assert load_data(str(tmp_path), "train", fingerprint=first).classes == ("left", "right")
    changed = tmp_path / "left" / "0.png"
    Image.new("L", (6, 6), 255).save(changed)
    os.utime(changed, ns=(1, 1))
    with pytest.raises(ValueError, match="its images have changed"):
        load_data(str(tmp_path), "train", fingerprint=first)
    (tmp_path / "right" / "1.png").rename(tmp_path / "left" / "1b.png")
    assert data_fingerprint(str(tmp_path)) not in (first, "")


def test_a_refinement_takes_no_other_images(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(refinement, "load_classifier", lambda _: small())
    put(0)
    asked = Refinement("mnist_cnn:standard", "own:digits", CrossEntropy(), Schedule(held_out=0, batch=8))
    known = replace(asked, **known_data(asked.data))
    assert len(known.load()[1]) == 40
    assert Refinement.read(known.arguments()) == known
    put(1)
    with pytest.raises(ValueError, match=SAID):
        known.load()
    assert "data_fingerprint" not in asked.arguments()  # a run from before: it goes on by the name
    assert len(asked.load()[1]) == 40


@pytest.mark.parametrize("task", ["ara", "compare", "evaluate"])
def test_a_measurement_goes_on_with_no_other_images(home: Path, task: str) -> None:
    name = "mnist_cnn:standard"
    own_data.install(_named(raw(0, 28), 10), "digits")
    both: dict[str, dict[str, Any]] = {
        "compare": {"before": name, "after": name, "attack": to_spec(PGD(steps=1))},
        "evaluate": {"classifiers": [name]},
        "ara": {"classifier": name},
    }  # fmt: skip
    asked = both[task] | {"data": "own:digits", "count": 2, "batch": 2} | known_data("own:digits")
    files.write_json(home / run_folder.SPEC, {"task": task, "arguments": asked})
    own_data.remove("digits")
    own_data.install(_named(raw(1, 28), 10), "digits")
    with pytest.raises(ValueError, match=SAID):
        TASKS[task](Context(home), asked)


def _named(file: io.BytesIO, classes: int) -> io.BytesIO:
    """The same images, with so many classes."""
    parts = dict(np.load(io.BytesIO(file.getvalue())))
    out = io.BytesIO()
    np.savez(out, **parts | {"classes": np.arange(classes).astype(str)})
    return out


def test_what_is_submitted_says_which_images_it_means(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    nowhere = Store(home / "runs", lambda _folder, lock: None)
    monkeypatch.setattr(Store, "usual", lambda: nowhere)
    own_data.install(_named(raw(0, 28), 10), "digits")
    words = ["refine", "mnist_cnn:standard", "--data", "own:digits", "--objective", "cross_entropy", "--detach"]
    words += ["--set", "schedule.held_out=0", "--set", "schedule.batch=2"]
    assert cli.main(words) == 0
    run = nowhere.runs()[0]
    assert run.spec["arguments"]["data_fingerprint"] == data_fingerprint("own:digits")


def test_the_page_shows_the_images_there_are_now(home: Path) -> None:
    shown = []
    for seed in (0, 1):
        put(seed)
        assert cached_pictures.test_images("own:digits").images.equal(load_data("own:digits", "test").images)
        shown.append(cached_pictures.test_thumbnail("own:digits", 3))
    assert shown[0] != shown[1]
