"""The Evaluate page: settings, a start, what an evaluation has found, and what cannot be."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from core.attacks.fgsm import FGSM
from core.attacks.pgd import PGD
from core.base.params import to_spec
from core.base.paths import ROOT
from core.catalog import load_classifier
from core.robustness import batch_rows
from core.robustness.request import Evaluation
from core.robustness.summary import summary
from core.runs.store import Store
from tests.app.pages import DONE, button, made, opened, texts

PAGE = str(ROOT / "pages" / "evaluate.py")
MODELS = ["mnist_cnn:standard", "mnist_cnn:pgd_adversarial"]
RUN = "20260101-120000-00000001"
DIGITS = {"evaluate.models": ",".join(MODELS), "evaluate.data": "mnist", "evaluate.count": "20"}


@pytest.fixture
def data(home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    pixels = np.random.default_rng(0).integers(0, 256, (12, 28, 28), np.uint8)
    np.savez(home / "mnist.npz", test_images=pixels, test_labels=np.arange(12) % 10)
    monkeypatch.setenv("COUNTERPROOF_DATA", str(home))
    return home


def evaluated(home: Path, state: dict[str, Any] | str = DONE, **more: Any) -> dict[str, Any]:
    """A run as the task leaves it, its rows measured by the engine on noise and labels that suit the first model."""
    attacks = [FGSM(eps=0.1), PGD(eps=0.1, step=0.025, steps=2)]
    asked = Evaluation.read({"classifiers": MODELS, "data": "mnist", "attacks": list(map(to_spec, attacks)),
                             "strengths": [0.05, 0.1], "count": 6, "batch": 6} | more)  # fmt: skip
    raw = np.load(home / "mnist.npz")
    images = torch.from_numpy(raw["test_images"])[:6, None].float() / 255
    labels = load_classifier(MODELS[0]).probabilities(images).argmax(dim=1)
    rows: list[dict[str, Any]] = []
    for number, name in enumerate(MODELS):
        model = load_classifier(name)
        found = [batch_rows.clean(model, images, labels, torch.arange(6))]
        found += [batch_rows.attacked(asked, each, model, images, labels, 0, None) for each in asked.methods()]
        rows += [{"step": len(rows) + place, "batch": 0, "model": number, "attack": place - 1, **row}
                 for place, row in enumerate(found)]  # fmt: skip
    run = made(home, RUN, {"task": "evaluate", "arguments": asked.arguments()}, state,
               "".join(json.dumps(row) + "\n" for row in rows))  # fmt: skip
    told = summary(rows, asked, 10) | {"asked": asked.arguments(), "classes": list("0123456789"), "weights": ["a", "b"]}
    if state == DONE:
        (run.folder / "result.json").write_text(json.dumps(told))
    return told


def test_opened_cold_it_asks_and_starts_nothing(home: Path) -> None:
    app = opened(PAGE)
    assert not app.exception
    said = texts(app)
    assert "Measures **2 models** under **3 attacks** at 6 strengths on 200 images" in said
    assert "--attacks fgsm,pgd,square" in app.code[0].value
    assert not Store.usual().runs()


def test_the_button_submits_what_is_set(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    nowhere = Store(data / "runs", lambda _folder, lock: None)
    monkeypatch.setattr(Store, "usual", lambda: nowhere)
    app = opened(PAGE, **DIGITS, **{"evaluate.attacks": "fgsm,pgd_l2", "evaluate.strengths": "13, 26"})
    assert not app.exception
    button(app, "Evaluate").click().run()
    (run,) = nowhere.runs()
    asked = Evaluation.read(run.spec["arguments"])
    assert asked.classifiers == tuple(MODELS)
    assert [each.key for each in asked.methods()] == ["fgsm", "pgd_l2"]
    assert asked.strengths == (13 / 255, 26 / 255)
    assert asked.strengths_l2
    assert asked.count == 20


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ({"evaluate.strengths": "8, many"}, "expected strengths as numbers"),
        ({"evaluate.strengths": "200"}, "goes up to a strength of 0.251"),
        ({"evaluate.data": "nowhere"}, "of this link is not here"),
    ],
)
def test_what_does_not_go_together_is_a_sentence(home: Path, setting: dict[str, str], said: str) -> None:
    app = opened(PAGE, **(DIGITS | setting))
    assert not app.exception
    assert said in texts(app)


def test_a_completed_evaluation_is_told_with_its_numbers(data: Path) -> None:
    told = evaluated(data)
    app = opened(PAGE, evaluation=RUN)
    assert not app.exception
    said = texts(app).replace("\\", "")
    worst = f"{100 * told['models'][0]['worst']['inf']['accuracy'][1][0]:.1f} %"
    assert "is right on 100.0 % (61.0 to 100.0) of 6 images" in said
    assert f"and under the worst of 2 attacks at 25.5/255 on {worst}" in said
    assert "attacks on one image at one strength were made, of the" in said
    assert "Most fragile images" in said
    assert len(app.get("vega_lite_chart") or app.get("arrow_vega_lite_chart")) == 4
    assert len(app.get("download_button")) == 3


def test_a_stopped_one_shows_what_it_has_and_can_go_on(data: Path) -> None:
    evaluated(data, {"state": "stopped", "said": "Stopped after step 3."})
    app = opened(PAGE, evaluation=RUN)
    assert not app.exception
    assert "Stopped after step 3." in texts(app).replace("\\", "")
    assert "Most fragile images" in texts(app)
    assert button(app, "Resume")


@pytest.mark.parametrize("rows", ['{"step": 0, "batch": 0, "model": 0, "attack": -1}\n' * 6, "{", ""])
def test_a_damaged_one_harms_nothing(data: Path, rows: str) -> None:
    evaluated(data, {"state": "stopped"})
    (data / "runs" / RUN / "metrics.jsonl").write_text(rows)
    assert not opened(PAGE, evaluation=RUN).exception
    (data / "runs" / RUN / "spec.json").write_text('{"task": "evaluate", "arguments": {"classifiers": 3}}')
    app = opened(PAGE, evaluation=RUN)
    assert not app.exception
    assert "cannot be read" in texts(app)
