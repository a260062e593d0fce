"""The picker of presets names one only where the settings are its; settings of a link that names none are one's own."""

from pathlib import Path

import pytest

from core.base.paths import ROOT
from core.robustness.presets import PRESETS
from tests.app.pages import opened

PAGE = str(ROOT / "pages" / "evaluate.py")
OWN = "My own settings"


@pytest.mark.parametrize(
    ("link", "shown"),
    [
        ({}, PRESETS["usual"].title),
        ({"evaluate.preset": "mnist_study"}, PRESETS["mnist_study"].title),
        ({"evaluate.attacks": "fgsm", "evaluate.strengths": "8"}, OWN),
        ({"evaluate.models": "mnist_cnn:standard"}, OWN),
        ({"evaluate.attacks": "fgsm", "evaluate.preset": "usual"}, PRESETS["usual"].title),
    ],
)
def test_what_the_picker_says(home: Path, link: dict[str, str], shown: str) -> None:
    app = opened(PAGE, **link)
    for _ in range(2):
        assert next(each for each in app.selectbox if each.label == "Preset").value == next(
            (key for key, each in PRESETS.items() if each.title == shown), "own"
        )
        app.run()


def test_one_that_is_chosen_afterwards_is_named(home: Path) -> None:
    app = opened(PAGE, **{"evaluate.attacks": "fgsm"})
    next(each for each in app.selectbox if each.label == "Preset").set_value("mnist_study").run()
    picker = next(each for each in app.selectbox if each.label == "Preset")
    assert picker.value == "mnist_study"
    assert next(each for each in app.text_input if each.label == "Strengths, of 255").value.startswith("7.65")
