"""Smallest changes on the Evaluate page: the form, its run, what it has found whole and cut off."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from app.distances.charts import curve, curve_rows
from app.distances.command import command
from app.distances.exports import exports
from app.distances.kind import told as told_of
from app.distances.results import woods_2019
from app.distances.tables import published_table
from core.base.paths import ROOT
from core.cli.ara import request_of
from core.cli.parser import parser
from core.minimal_distance.image_batch import summary
from core.runs.store import Store
from core.runs.tasks.ara import AraRequest
from tests.app.pages import DONE, button, made, opened, texts

PAGE = str(ROOT / "pages" / "evaluate.py")
MODEL = "mnist_cnn:standard"
RUN = "20260101-120000-00000002"
LINK = {"evaluate.kind": "distances", "distances.model": MODEL, "distances.data": "mnist", "distances.count": "4"}
ROWS: list[dict[str, Any]] = [
    {"step": 0, "images": [7, 2], "classes": 10, "right": [True, False], "attack": {"distance": [0.02, 0.0], "late": 0},
     "btr": {"distance": [0.04, 0.0], "late": 0}, "l2": {"distance": [0.5, 0.0]}, "linf": {"distance": [None, 0.0]}},
    {"step": 1, "images": [9, 4], "classes": 10, "right": [True, True], "attack": {"distance": [0.01, 0.03], "late": 0},
     "btr": {"distance": [0.02, 0.05], "late": 0}, "l2": {"distance": [0.25, 0.75]},
     "linf": {"distance": [0.02, None]}},
]  # fmt: skip


def measured(home: Path, rows: list[dict[str, Any]], state: Any = DONE, **more: Any) -> None:
    asked = {"classifier": MODEL, "data": "mnist", "count": 4} | more
    run = made(home, RUN, {"task": "ara", "arguments": asked}, state, "".join(json.dumps(row) + "\n" for row in rows))
    if state == DONE:
        (run.folder / "result.json").write_text(json.dumps(summary(rows, 10) | {"asked": asked}))


@pytest.fixture
def data(home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    pixels = np.random.default_rng(0).integers(0, 256, (12, 28, 28), np.uint8)
    np.savez(home / "mnist.npz", test_images=pixels, test_labels=np.arange(12) % 10)
    monkeypatch.setenv("COUNTERPROOF_DATA", str(home))
    return home


def test_the_button_submits_what_is_set(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    nowhere = Store(home / "runs", lambda _folder, lock: None)
    monkeypatch.setattr(Store, "usual", lambda: nowhere)
    app = opened(PAGE, **LINK, **{"distances.norms": "rms,linf"})
    assert "turns each of **4 images**, by **2 ways**" in texts(app)
    assert not nowhere.runs()
    button(app, "Measure").click().run()
    assert not app.exception
    (run,) = nowhere.runs()
    assert run.spec["task"] == "ara"
    assert AraRequest(**run.spec["arguments"]) == AraRequest(MODEL, "mnist", count=4, norms=["rms", "linf"])


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ({"distances.norms": "none"}, "Choose at least one way"),
        ({"distances.model": "nobody"}, "of this link is not here"),
    ],
)
def test_what_cannot_be_is_a_sentence(home: Path, setting: dict[str, str], said: str) -> None:
    assert said in texts(opened(PAGE, **(LINK | setting)))


def test_a_link_to_a_completed_one_opens_it_with_its_numbers(data: Path) -> None:
    measured(data, ROWS)
    app = opened(PAGE, evaluation=RUN)
    said = texts(app)
    assert "is right on 75.0 % (30.1 to 95.4) of 4 images" in said
    assert "a wrong answer by a change of the colour values of 2.55 of 255 on average (RMS 0.01)" in said
    assert "On 2 of 4 images no wrong answer was found (L-infinity)" in said
    assert "The first is turned by 2.55 of 255 on average (RMS 0.01)" in said
    assert "Published beside measured" not in said, "that is of other data"
    assert len(app.get("download_button")) == 2


def test_a_stopped_one_shows_what_it_has_and_can_go_on(data: Path) -> None:
    measured(data, ROWS[:1], {"state": "stopped", "said": "Stopped after step 0."})
    app = opened(PAGE, evaluation=RUN)
    assert "of 2 images as they are" in texts(app)
    assert button(app, "Resume")


def test_what_was_published_stands_beside_on_the_same_data(data: Path) -> None:
    measured(data, ROWS, data="cifar10")
    said = texts(opened(PAGE, evaluation=RUN))
    assert "Published beside measured" in said
    assert "Not alike: 4 images here, 1,000 there" in said
    assert "The README lists the same training loss, 1.4799, for two networks" in said
    table = published_table(summary(ROWS, 10), woods_2019(), "mine")
    assert [cell["text"] for cell in table["body"][-1][:3]] == ["mine", "measured here", "75.0 %"]
    assert [cell["text"] for cell in table["body"][3]][2:] == ["67.9 %", "0.0188", "0.0414"]


@pytest.mark.parametrize("damaged", ["{", '{"step": 0, "right": [true]}\n', ""])
def test_a_damaged_one_harms_nothing(data: Path, damaged: str) -> None:
    measured(data, ROWS, {"state": "stopped"})
    (data / "runs" / RUN / "metrics.jsonl").write_text(damaged)
    assert not opened(PAGE, evaluation=RUN).exception


def test_the_nearest_images_that_are_right_come_first() -> None:
    told = told_of({}, ROWS, AraRequest(MODEL, "mnist"))
    assert told is not None
    assert told["nearest"]["attack"] == [(9, 0.01), (7, 0.02), (4, 0.03)]
    assert told["nearest"]["linf"] == [(9, 0.02)]
    assert told["attack"]["ara"] == summary(ROWS, 10)["attack"]["ara"]
    assert told_of({}, [], AraRequest(MODEL, "mnist")) is None


def test_curves_begin_with_the_images_as_they_are_and_only_fall() -> None:
    told = summary(ROWS, 10)
    rows = curve_rows(told, "rms")
    right = [row["value"] for row in rows if row["answer"] == "answered right"]
    assert right[0] == 75
    assert right == sorted(right, reverse=True)
    assert max(row["size"] for row in rows) == pytest.approx(0.05 * 255), "of 255"
    assert max(row["size"] for row in curve_rows(told, "l2")) == pytest.approx(0.75)
    assert len(curve(told, "rms").to_dict()["layer"]) == 3


def test_what_is_taken_along_has_a_row_an_image(home: Path) -> None:
    told = told_of({}, ROWS, AraRequest(MODEL, "mnist")) or {}
    run = made(home, RUN, {"task": "ara"}, DONE, "".join(json.dumps(row) + "\n" for row in ROWS))
    files = exports(told, run, AraRequest(MODEL, "mnist"), {})
    assert files["images.csv"].decode().splitlines()[:2] == ["image,right,attack,btr,l2,linf", "7,True,0.02,0.04,0.5,"]
    assert json.loads(files["distances.json"])["measured"]["count"] == 4


def test_the_shell_command_asks_for_the_same() -> None:
    asked = AraRequest(MODEL, "mnist", "train", 4, 3, 2, 60, ["rms"])
    words = command(asked).replace("\\\n", " ").split()
    assert AraRequest(**request_of(parser().parse_args(words[1:]))) == asked
