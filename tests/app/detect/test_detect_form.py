"""The form of a study holds whatever a study can be asked for: taken and asked again, it is the same request."""

from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from core.base.params import to_spec
from core.base.paths import ROOT
from core.catalog import DETECTORS
from core.detection.presets import PRESETS
from core.detection.request import DetectionRequest
from core.detectors.signature_cnn import SignatureCnn
from tests.app.pages import opened, texts

PAGE = str(ROOT / "pages" / "detect.py")
STUDY = dict(PRESETS["mnist_study"].arguments)
OWN = "My own settings"


def taken(arguments: dict[str, Any]) -> AppTest:
    """A form that a request was made the settings of; what it then asks for is in its session as `asked`."""

    def form(arguments: object) -> None:
        import streamlit as st

        from app.detect.form import ask, take

        if "taken" not in st.session_state:
            st.session_state["taken"] = True
            take(arguments)
        st.session_state["asked"] = ask().arguments()

    app = AppTest.from_function(form, default_timeout=180, args=(arguments,)).run()
    assert not app.exception
    return app


def preset_shown(app: AppTest) -> str:
    picker = next(each for each in app.selectbox if each.label == "Preset")
    return str(picker.options[picker.index or 0])


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"critical_deviations": 1.5},
        {"critical": 0.125, "false_alarm": 0.025},
        {"detectors": [to_spec(SignatureCnn(magnitudes="linear", epochs=3)), {"method": "pixel_cnn"},
                       {"method": "pixel_cnn", "rate": 0.01, "width": 8}]},
        {"explainer": {"method": "integrated_gradients", "steps": 7}, "noise_learnt": True, "learn_from": "test"},
    ],
)  # fmt: skip
def test_a_request_survives_being_taken_and_asked_again(home: Any, more: dict[str, Any]) -> None:
    wanted = DetectionRequest.read(STUDY | more)
    app = taken(wanted.arguments())
    for _ in range(2):
        found = DetectionRequest.read(app.session_state["asked"])
        assert found.rule == wanted.rule
        assert set(found.chosen_detectors()) == set(wanted.chosen_detectors())
        assert set(found.chosen_attacks()) == set(wanted.chosen_attacks())
        assert found.strengths == pytest.approx(wanted.strengths)
        assert (found.explainer or {}).get("steps") == (wanted.explainer or {}).get("steps")
        for name in ("classifier", "data", "strength", "false_alarm", "noise_learnt", "learn_from", "published"):
            assert getattr(found, name) == getattr(wanted, name)
        app.run()


def test_detectors_are_edited_one_by_one(home: Any) -> None:
    app = taken(STUDY)
    epochs = [each for each in app.number_input if each.label == "Epochs"]
    assert len(epochs) == 3, "the network on pixels, and both on explanations"
    epochs[-1].set_value(4).run()
    found = DetectionRequest.read(app.session_state["asked"]).chosen_detectors()
    assert SignatureCnn(magnitudes="linear", epochs=4) in found
    assert SignatureCnn() in found


def test_a_detector_is_called_by_what_it_is_set_to(home: Any) -> None:
    app = taken(STUDY)
    pills = next(each for each in app.get("button_group") if each.label == "Detectors")
    assert "Network on explanations (linear values)" in pills.options
    magnitudes = [each for each in app.selectbox if each.label == "Magnitudes"]
    magnitudes[-1].set_value("logarithm").run()
    pills = next(each for each in app.get("button_group") if each.label == "Detectors")
    assert [each for each in pills.options if each.startswith("Network on explanations")] == [
        "Network on explanations", "Network on explanations 2"
    ]  # fmt: skip


def test_another_preset_brings_its_detectors(home: Any) -> None:
    app = opened(PAGE)
    assert "teaches **6 detectors**" in texts(app)
    next(each for each in app.selectbox if each.label == "Preset").set_value("cifar10").run()
    assert f"teaches **{len(DETECTORS)} detectors**" in texts(app)


def test_a_study_without_a_detector_is_refused(home: Any) -> None:
    assert "needs a detector" in texts(opened(PAGE, **{"detect.detectors": "none", "detect.attacks": "fgsm"}))


def test_the_rule_is_chosen_with_the_number_that_it_needs(home: Any) -> None:
    labels = [each.label for each in opened(PAGE).number_input]
    assert "Critical pixels, % of all" in labels
    assert "Standard deviations above the mean" not in labels
    app = opened(PAGE, **{"detect.attacks": "fgsm", "detect.critical_by": "deviations",
                          "detect.critical_deviations": "1.5"})  # fmt: skip
    number = next(each for each in app.number_input if each.label == "Standard deviations above the mean")
    assert number.value == 1.5
    assert any("--critical-deviations 1.5" in each.value for each in app.code)


def test_the_preset_is_named_only_where_the_settings_are_its(home: Any) -> None:
    assert preset_shown(opened(PAGE)) == PRESETS["mnist_study"].title
    assert preset_shown(opened(PAGE, **{"detect.attacks": "fgsm", "detect.strengths": "25.5"})) == OWN
    assert preset_shown(taken(STUDY)) == PRESETS["mnist_study"].title
    assert preset_shown(taken(STUDY | {"seed": 3})) == OWN
    cifar = opened(PAGE, **{"detect.preset": "cifar10"})
    assert preset_shown(cifar) == PRESETS["cifar10"].title
    next(each for each in cifar.selectbox if each.label == "Preset").set_value("mnist_study").run()
    assert preset_shown(cifar) == PRESETS["mnist_study"].title
