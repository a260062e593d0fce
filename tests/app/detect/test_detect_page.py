"""The Detect page: settings, a start, a study that grows stage by stage, and what of it is taken along."""

import json
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest

from core.base.paths import ROOT
from core.detection.critical_pixels.selection import Rule
from core.detection.presets import PRESETS
from core.detection.request import DetectionRequest
from core.runs.store import Store
from tests.app.pages import DONE, button, made, opened, texts
from tests.core.detection.told import told_features, told_pixels

PAGE = str(ROOT / "pages" / "detect.py")
RUN = "20260101-120000-00000003"
TOLD: dict[str, Any] = {
    "attacks": {
        "attacks": [{"attack": "pgd", "title": "PGD", "fooled": [40, 90], "largest_change": [0.1, 0.2],
                     "share": [[0.4, 0.31, 0.5], [0.9, 0.83, 0.94]], "per_class": [[40, 0], [50, 40]]}],
        "strengths": [0.1, 0.2], "images": 100, "places": [], "labels": [], "right_per_class": [50, 50], "made": 200,
        "taken": 0, "sources": {"learning": 50, "calibration": 50, "testing": 100},
    },
    "signatures": {
        "explainer": {"method": "shap_deep"}, "title": "SHAP (DeepLIFT)", "against": "24 sample images", "made": 7,
        "taken": 3, "seconds": 1.0, "shown_attack": "PGD", "examples": [{
            "place": 3, "label": "digit 1", "answers": ["digit 1", "digit 7"], "pictures": [[[[9]] * 6] * 6] * 2,
            "signatures": [[[0.5, -0.5, 0.0, 1.0, 0.0, 0.0]] * 6, [[0.0] * 6] * 6],
        }],
    },
}  # fmt: skip


def study(
    home: Path, state: dict[str, Any], stages: list[str], more: Mapping[str, Any] = MappingProxyType({})
) -> DetectionRequest:
    arguments = dict(PRESETS["mnist_study"].arguments) | {
        "attacks": [{"method": "pgd"}], "strengths": [0.1, 0.2], "testing": 100, "knowing": 10,
    }  # fmt: skip
    asked = DetectionRequest.read(arguments)
    rows = "".join(
        json.dumps({"step": n, "stage": key, "told": (TOLD | more)[key]}) + "\n" for n, key in enumerate(stages)
    )
    made(home, RUN, {"task": "detect", "arguments": asked.arguments()}, state, rows)
    return asked


def test_opened_cold_it_offers_the_study_of_arif(home: Path) -> None:
    app = opened(PAGE)
    said = texts(app)
    assert "Attacks **1,000 test images** by 4 attacks at 6 strengths" in said
    assert "teaches **6 detectors** with 1,000 others" in said
    assert any("counterproof detect mnist_cnn:standard" in each.value for each in app.code)
    strength = next(each for each in app.selectbox if each.label == "Strength that detectors learn from")
    assert strength.value == "0.2"


def test_a_start_submits_what_the_page_shows(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []
    monkeypatch.setattr(Store, "submit", lambda self, *given, **more: asked.append((given, more)) or _refuse())
    app = opened(PAGE)
    button(app, "Study").click().run()
    assert asked[0][0][0] == "detect"
    request = DetectionRequest.read(asked[0][0][1])
    assert (request.classifier, request.strength, request.published) == ("mnist_cnn:standard", 0.2, "arif_mnist")
    assert "no room" in texts(app)


def _refuse() -> None:
    raise OSError("no room on this disk")


def test_a_setting_that_does_not_fit_is_one_sentence(home: Path) -> None:
    app = opened(PAGE)
    next(each for each in app.text_input if each.label == "Strengths, of 255").set_value("a lot").run()
    assert "expected strengths as numbers" in texts(app)
    assert not app.exception


def test_the_stages_that_are_through_can_be_looked_at(home: Path) -> None:
    study(home, {"state": "stopped", "said": "S."}, ["attacks", "signatures"])
    app = opened(PAGE, study=RUN)
    said = texts(app)
    assert "2 of 7 steps are through." in said
    assert "Of 100 test images that the model gets right, attacks of strength 51/255 fool: PGD 90.0 %" in said
    app = opened(PAGE, study=RUN, **{"detect.step": "signatures"})
    assert "The signature of an image is the map of SHAP (DeepLIFT)" in texts(app)
    assert "Attacked by PGD" in texts(app)
    files = {each.label: each.proto for each in app.get("download_button")}
    assert [label for label, each in files.items() if each.disabled] == ["Scores (CSV)", "Tests (CSV)"]
    assert "This study is not that far." in files["Scores (CSV)"].help
    assert len(files) == 4


def test_damaged_numbers_are_told_and_nothing_else_breaks(home: Path) -> None:
    study(home, DONE, [])
    (home / "runs" / RUN / "result.json").write_text('{"attacks": {"images": "many"}}')
    app = opened(PAGE, study=RUN)
    assert "The numbers of this study cannot be read" in texts(app)


ALL = ["attacks", "signatures", "pixels", "tests", "features"]


def buttons(app: Any, label: str) -> Any:
    return next(each for each in app.get("button_group") if each.label == label)


def test_critical_pixels_of_a_class_can_be_looked_at(home: Path) -> None:
    study(home, {"state": "stopped", "said": "S."}, ALL, told_pixels() | {"features": told_features(3)})
    app = opened(PAGE, study=RUN, **{"detect.step": "pixels"})
    assert buttons(app, "Found on images of").options == ["All classes", "digit 0", "digit 1", "digit 2"]
    said = texts(app)
    assert "6 of 36 pixels, marked on originals" in said
    assert "The pixels depend on the class" in said
    buttons(app, "Found on images of").set_value("1").run()
    assert "digit 1: 6 pixels, found on 8 images and marked on an original of this class." in texts(app)
    buttons(app, "Found on images of").set_value("2").run()
    assert "marked on originals of other classes, as none of this was kept" in texts(app)
    assert [each.label for each in app.get("download_button")][:1] == ["Critical pixels (CSV)"]


def test_many_classes_are_a_list(home: Path) -> None:
    study(home, {"state": "stopped", "said": "S."}, ALL[:3], told_pixels(classes=14))
    app = opened(PAGE, study=RUN, **{"detect.step": "pixels"})
    picker = next(each for each in app.selectbox if each.label == "Found on images of")
    picker.set_value("13").run()
    assert "digit 13: 6 pixels" in texts(app)


@pytest.mark.parametrize("rule", [Rule(deviations=50.0), Rule(0.999)])
def test_a_rule_that_chose_none_or_all_is_said_and_breaks_nothing(home: Path, rule: Rule) -> None:
    study(home, {"state": "stopped", "said": "S."}, ALL[:4], told_pixels(rule))
    for step in ("pixels", "tests"):
        said = texts(opened(PAGE, study=RUN, **{"detect.step": step}))
        assert "By this rule" in said
        assert "overlap by 100 %" not in said


def test_features_are_coloured_by_kind_or_class(home: Path) -> None:
    study(home, {"state": "stopped", "said": "S."}, ALL, told_pixels() | {"features": told_features(3)})
    app = opened(PAGE, study=RUN, **{"detect.step": "features"})

    def field() -> str:
        charts = [
            json.loads(each.proto.spec) for each in app.get("vega_lite_chart") or app.get("arrow_vega_lite_chart")
        ]
        drawn = next(layer for chart in charts for layer in chart["layer"] if "shape" in layer["encoding"])
        return str(drawn["encoding"]["color"]["field"])

    assert field() == "kind"
    buttons(app, "Colour by").set_value("class").run()
    assert field() == "class"


def test_a_study_from_before_classes_were_told_is_still_shown(home: Path) -> None:
    told = told_pixels()
    for reading in ("generation", "detection"):
        for name in ("per_class", "class_overlap", "left_out"):
            del told["pixels"][reading][name]
    study(home, {"state": "stopped", "said": "S."}, ALL[:4], told)
    assert "6 of 36 pixels are critical" in texts(opened(PAGE, study=RUN, **{"detect.step": "pixels"}))
