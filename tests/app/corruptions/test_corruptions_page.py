"""Common corruptions on the Evaluate page: the form, its run, what it has found whole and cut off."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from app.corruptions.charts import heat_map, order, rows_of
from app.corruptions.command import command
from app.corruptions.exports import exports
from app.corruptions.results import sentences
from app.corruptions.tables import corruption_table, model_table
from core.base.paths import ROOT
from core.catalog import CORRUPTIONS
from core.cli.corruptions import arguments
from core.cli.parser import parser
from core.evaluation.corruption_accuracy import cells
from core.evaluation.corruption_summary import summary
from core.evaluation.outcomes import pack
from core.runs.store import Store
from core.runs.tasks.corruptions import CorruptionsRequest
from tests.app.pages import DONE, button, made, opened, texts

PAGE = str(ROOT / "pages" / "evaluate.py")
MODELS = ["mnist_cnn:standard", "mnist_cnn:pgd_adversarial"]
RUN = "20260101-120000-00000001"
LINK = {"evaluate.kind": "corruptions", "corruptions.models": ",".join(MODELS), "corruptions.data": "mnist",
        "corruptions.count": "30"}  # fmt: skip


def rows(share: float = 0.5, count: int = 20) -> list[dict[str, Any]]:
    """The baseline is right on the first half of the images, the other on this share of them, in every cell."""
    shares = dict(zip(MODELS, (0.5, share), strict=True))
    return [
        {"step": step, "classifier": name, "corruption": corruption, "severity": severity, "first": 0, "count": count,
         "right": pack((torch.arange(count) < part * count).tolist())}
        for step, (corruption, severity) in enumerate(cells(tuple(CORRUPTIONS)))
        for name, part in shares.items()
    ]  # fmt: skip


def measured(home: Path, found: list[dict[str, Any]], state: Any = DONE) -> None:
    asked = {"classifiers": MODELS, "data": "mnist", "count": 20}
    run = made(home, RUN, {"task": "corruptions", "arguments": asked}, state,
               "".join(json.dumps(row) + "\n" for row in found))  # fmt: skip
    if state == DONE:
        (run.folder / "result.json").write_text(json.dumps(summary(found, MODELS) | {"asked": asked}))


def test_the_form_says_how_published_files_are_to_be_had_and_starts_nothing(home: Path) -> None:
    app = opened(PAGE, **{"evaluate.kind": "corruptions"})
    said = texts(app)
    assert "Measures **2 models** on 200 images as they are and under **15 corruptions**" in said
    assert "The published files CIFAR-10-C are not on this machine." in said
    assert "--fetch" in said
    assert not Store.usual().runs()


def test_published_files_that_are_here_can_be_chosen(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = home / "data" / "CIFAR-10-C"
    place.mkdir(parents=True)
    monkeypatch.delenv("COUNTERPROOF_DATA", raising=False)
    for name in CORRUPTIONS:
        np.save(place / f"{name}.npy", np.zeros((10, 32, 32, 3), np.uint8))
    np.save(place / "labels.npy", np.tile(np.array([3, 5], np.uint8), 5))
    app = opened(PAGE, **{"evaluate.kind": "corruptions", "corruptions.source": "CIFAR-10-C"})
    assert "not on this machine" not in texts(app)
    assert "--official CIFAR-10-C" in app.code[0].value
    np.save(place / "labels.npy", np.zeros(3))
    app = opened(PAGE, **{"evaluate.kind": "corruptions"})
    assert "The published files CIFAR-10-C cannot be used: CIFAR-10-C: expected labels.npy" in texts(app)


def test_the_button_submits_what_is_set(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    nowhere = Store(home / "runs", lambda _folder, lock: None)
    monkeypatch.setattr(Store, "usual", lambda: nowhere)
    app = opened(PAGE, **LINK)
    button(app, "Measure").click().run()
    assert not app.exception
    (run,) = nowhere.runs()
    assert run.spec["task"] == "corruptions"
    asked = CorruptionsRequest(**run.spec["arguments"])
    assert (asked.classifiers, asked.data, asked.count, asked.official) == (MODELS, "mnist", 30, "")
    assert button(app, "New measurement")


def test_no_model_is_a_sentence(home: Path) -> None:
    app = opened(PAGE, **(LINK | {"corruptions.models": ""}))
    assert "the names of one or more classifiers" in texts(app)


def test_a_link_to_a_completed_one_opens_it_with_its_numbers(home: Path) -> None:
    measured(home, rows(0.25))
    app = opened(PAGE, evaluation=RUN)
    said = texts(app)
    assert "is right on 25.0 %" in said
    assert "is right less often than" in said
    assert "gives 150 % as many wrong answers" in said, "15 of 20 instead of 10"
    assert "Frost is reconstructed" in said
    assert len(app.get("vega_lite_chart") or app.get("arrow_vega_lite_chart")) == 2
    assert len(app.get("download_button")) == 2


def test_a_stopped_one_tells_what_is_whole(home: Path) -> None:
    measured(home, rows()[: 2 * (1 + 5 + 3)], {"state": "stopped", "said": "Stopped after step 8."})
    app = opened(PAGE, evaluation=RUN)
    said = texts(app)
    assert "So far, over 1 of 15 corruptions" in said
    assert "cannot be told apart" in said
    assert button(app, "Resume")


@pytest.mark.parametrize("damaged", ["{", '{"step": 0, "classifier": 3}\n' * 4, ""])
def test_a_damaged_one_harms_nothing(home: Path, damaged: str) -> None:
    measured(home, rows(), {"state": "stopped"})
    (home / "runs" / RUN / "metrics.jsonl").write_text(damaged)
    assert not opened(PAGE, evaluation=RUN).exception


def test_one_colour_scale_holds_for_all_models_and_every_cell_has_its_number() -> None:
    told = summary(rows(0.25), MODELS)
    for model, share in zip(told["models"], (50, 25), strict=True):
        table = rows_of(model)
        assert set(table[table.severity > 0].right) == {share}
        assert set(table.corruption) == {*order(), "As they are"}
        drawn = heat_map(model).to_dict()
        assert drawn["layer"][0]["encoding"]["color"]["scale"] == {"scheme": "viridis", "domain": [0, 100]}
        assert drawn["layer"][1]["encoding"]["text"]["field"] == "right"
    assert len(order()) == len(CORRUPTIONS) == 15


def test_tables_and_sentences_say_what_was_measured(home: Path) -> None:
    told = summary(rows(0.25), MODELS)
    base, other = model_table(told, {})["body"]
    assert [cell["text"] for cell in base[1:]] == ["50.0 %", "50.0 %", "baseline", "100 %", "100 %"]
    assert [cell["text"] for cell in other[1:]] == ["25.0 %", "25.0 %", "-25.0 points", "150 %", "–"]
    assert len(corruption_table(told, {}, told["models"][1])["body"]) == 15
    assert len(sentences(summary(rows(), MODELS[:1]), {})) == 1
    perfect = sentences(summary(rows(1), MODELS[::-1]), {})
    assert "mnist_cnn:standard cannot be told: under at least one corruption mnist_cnn:pgd_adversarial" in perfect[-1]
    files = exports(told, made(home, RUN, {"task": "corruptions"}, DONE), CorruptionsRequest(MODELS, "mnist"), {})
    lines = files["cells.csv"].decode().splitlines()
    assert len(lines) == 1 + 2 * 76
    assert lines[1].startswith("mnist_cnn:standard,clean,0,20,10,0.5,")
    assert json.loads(files["corruptions.json"])["models"][1]["mce"] == pytest.approx(1.5)


def test_the_shell_command_asks_for_the_same() -> None:
    asked = CorruptionsRequest(MODELS, "mnist", 30, 7, 3)
    words = command(asked).replace("\\\n", " ").split()
    assert words[0] == "counterproof"
    assert CorruptionsRequest(**arguments(parser().parse_args(words[1:]))) == asked
