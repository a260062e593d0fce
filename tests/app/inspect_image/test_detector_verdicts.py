"""What saved detectors say on Inspect: nothing without any, a row each, a sentence where damaged."""

from pathlib import Path
from typing import Any

import pytest
import torch

from app.inspect_image import detector_verdicts
from core.attacks.fgsm import FGSM
from core.base.paths import folder
from core.catalog import load_classifier
from core.contracts.detector import Evidence
from core.detection.scoring.detector_card import card_of
from core.detection.scoring.saved_detector import write
from core.detection.scoring.thresholds import Threshold
from core.detection.scoring.trained_detectors import Trained
from core.detectors.max_softmax import MaxSoftmax
from core.explainers.shap_gradient import ShapGradient
from core.study.case import Case
from core.study.investigation import investigate
from core.study.study import Study, begin

MODEL = load_classifier("mnist_cnn:standard")
ROW = {"detector": "max_softmax", "learnt_from": [], "attack": "FGSM", "strength": 0.2, "auc": 0.9, "low": 0.8,
       "high": 1.0, "false_alarms": {"share": 0.06, "hits": 6, "count": 100, "interval_95": [0.03, 0.12]}}  # fmt: skip


@pytest.fixture
def tables(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    shown: list[dict[str, Any]] = []
    monkeypatch.setattr(detector_verdicts.components, "table", lambda data, key: shown.append(data))
    return shown


def studied() -> Study:
    image = torch.rand(MODEL.size, generator=torch.Generator().manual_seed(1))
    study = begin(Case("mnist/1", "mnist_cnn:standard", FGSM(eps=0.2), ()), MODEL, image)
    list(investigate(study, MODEL))
    return study


def saved() -> Path:
    detector = MaxSoftmax()
    nothing = Evidence(torch.zeros(2, 1, 28, 28), torch.zeros(2, 10), torch.zeros(2, 28, 28))
    fitted = detector.fit(MODEL, nothing, torch.tensor([False, True]))
    trained = Trained("max_softmax", detector, (), fitted, Threshold(0.5, 0.05, 100, 5, 0.06), None)
    card = card_of(trained, MODEL, ShapGradient(samples=5), [ROW], {}, name="mnist_cnn:standard", strength=0.2,
                   data="mnist", split="train", learning=10, run="20260101-120000-0000000a")  # fmt: skip
    return write(folder("detectors"), "one", card, fitted)


def test_without_detectors_or_an_attack_nothing_is_said(home: Path, tables: list[dict[str, Any]]) -> None:
    study = studied()
    detector_verdicts.show_detectors(study, MODEL, False)
    saved()
    detector_verdicts.show_detectors(study, MODEL, True)
    assert tables == []


def test_each_says_what_it_thinks_of_both_beside_its_false_alarms(home: Path, tables: list[dict[str, Any]]) -> None:
    saved()
    study = studied()
    detector_verdicts.show_detectors(study, MODEL, False)
    (row,) = tables[0]["body"]
    said = []
    assert study.attacked is not None
    for image in (study.original, study.attacked.image):
        unsure = 1 - float(MODEL.probabilities(image[None]).max())
        said.append("attacked" if unsure > 0.5 else "not attacked")
    assert [cell["text"] for cell in row] == [MaxSoftmax.title, *said, "5 %", "6.0 %"]
    assert row[4]["range"] == "3.0 to 12.0 %"


def test_a_damaged_file_is_a_sentence(
    home: Path, tables: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = saved()
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    captions: list[str] = []
    monkeypatch.setattr(detector_verdicts.st, "caption", captions.append)
    detector_verdicts.show_detectors(studied(), MODEL, False)
    assert tables == []
    assert "cannot be asked" in captions[0]
