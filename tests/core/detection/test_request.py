"""What a detection study may be asked for, its presets, and its shell command, which asks for the same."""

import shlex
from typing import Any

import pytest

from core.cli.detect import request_of
from core.cli.parser import parser
from core.detection.presets import PRESETS
from core.detection.reporting.command import command
from core.detection.request import DetectionRequest

STUDY = dict(PRESETS["mnist_study"].arguments)


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_reads_back_from_its_arguments(name: str) -> None:
    asked = DetectionRequest.read(PRESETS[name].arguments)
    assert DetectionRequest.read(asked.arguments()).arguments() == asked.arguments()
    assert len(asked.chosen_attacks()) == 4
    assert {each.key for each in asked.chosen_detectors()} >= {"signature_cnn", "signature_boosting", "max_softmax"}


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"learning": 0}, "learning to be a whole number"),
        ({"critical": 1.0}, "critical to be a number between 0 and 1"),
        ({"attacks": []}, "needs an attack"),
        ({"strength": 0.11}, "expected the strength to be one of those"),
        ({"knowing": 2000}, "at most 1,000 images"),
        ({"detectors": [{"method": "oracle"}]}, "expected a method among"),
        ({"explainer": {"method": "crystal_ball"}}, "expected a method among"),
        ({"learn_from": "moon"}, "train or the test split"),
        ({"colour": "red"}, "unknown argument colour"),
        ({"strengths": 0.2}, "strengths to be a list"),
    ],
)
def test_what_does_not_fit_is_one_sentence(more: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        DetectionRequest.read(STUDY | more)


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"explainer": {"method": "integrated_gradients", "baseline": "black", "steps": 20, "batch": 32}},
        {"detectors": [{"method": "max_softmax"}], "noise_learnt": True, "learn_from": "test", "seed": 4},
        {"attacks": [{"method": "pgd", "steps": 7}], "strengths": [0.1, 0.2]},
    ],
)
def test_the_shell_command_asks_for_the_same(more: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    asked = DetectionRequest.read(STUDY | {"published": ""} | more)
    words = shlex.split(command(asked).replace("\\\n", " "))
    given = request_of(parser().parse_args(words[1:]))
    first, second = asked.arguments(), given.arguments()
    for told in (first, second):
        told.pop("published", None)
        told.pop("data_fingerprint", None)
        for attack in told["attacks"]:
            attack.pop("eps")  # the strengths are asked for beside it
    assert second == first
