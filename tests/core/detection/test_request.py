"""What a detection study may be asked for, its presets, and its shell command, which asks for the same."""

import shlex
from typing import Any

import pytest

from core.catalog import DETECTORS
from core.cli.detect import request_of
from core.cli.parser import parser
from core.detection.critical_pixels.selection import Rule
from core.detection.names import detector_names, detector_titles
from core.detection.presets import PRESETS
from core.detection.reporting.command import command
from core.detection.request import DetectionRequest
from core.detectors.pixel_cnn import PixelCnn
from core.detectors.signature_cnn import SignatureCnn

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
        ({"critical_deviations": -0.1}, "critical_deviations to be a number from 0 to 100"),
        ({"critical_deviations": float("nan")}, "critical_deviations to be a number"),
        ({"critical_deviations": True}, "critical_deviations to be a number"),
        ({"critical_deviations": "2"}, "critical_deviations to be a number"),
        ({"attacks": []}, "needs an attack"),
        ({"strength": 0.11}, "expected the strength to be one of those"),
        ({"knowing": 2000}, "at most 1,000 images"),
        ({"detectors": []}, "needs a detector"),
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
        {"critical_deviations": 1.625},
        {"critical": 0.25},
        {"detectors": [{"method": key} for key in DETECTORS]},
        {
            "detectors": [
                {"method": "signature_cnn", "magnitudes": "linear", "epochs": 3},
                {"method": "pixel_cnn"},
                {"method": "pixel_cnn", "rate": 0.01},
                {"method": "feature_squeezing", "bits": 4},
            ]
        },
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


def test_a_setting_of_a_detector_that_is_not_named_counts_for_that_of_the_preset() -> None:
    words = ["detect", "--set", "signature_cnn-linear.epochs=3", "--set", "pixel_cnn.epochs=2", "--set", "pgd.steps=7"]
    found = {each.named: each for each in request_of(parser().parse_args(words)).chosen_detectors()}
    assert found["Network on explanations (linear values)"] == SignatureCnn(magnitudes="linear", epochs=3)
    assert found["Network on explanations"] == SignatureCnn()
    words = ["detect", "--preset", "cifar10", "--set", "pixel_cnn.epochs=2"]
    assert PixelCnn(epochs=2) in request_of(parser().parse_args(words)).chosen_detectors()
    with pytest.raises(ValueError, match="of an attack that is named"):
        request_of(parser().parse_args(["detect", "--detectors", "max_softmax", "--set", "pixel_cnn.epochs=2"]))


def test_the_rule_is_a_share_or_a_distance_from_the_mean() -> None:
    before = DetectionRequest.read({name: value for name, value in STUDY.items() if name != "detectors"})
    assert before.rule == Rule(0.1)
    assert "critical_deviations" not in before.arguments()
    assert before.arguments()["critical"] == 0.1
    asked = DetectionRequest.read(STUDY | {"critical_deviations": 2})
    assert asked.rule == Rule(0.1, 2)
    assert "critical" not in asked.arguments()
    assert DetectionRequest.read(asked.arguments()) == asked


def test_the_study_has_its_own_kind_of_detector_as_a_row_that_can_be_told_apart() -> None:
    detectors = DetectionRequest.read(STUDY).chosen_detectors()
    assert {type(each) for each in detectors} == set(DETECTORS.values())
    assert len(detectors) == len(DETECTORS) + 1
    assert len(set(detector_titles(detectors))) == len(set(detector_names(detectors))) == len(detectors)
    assert dict(zip(detector_names(detectors), detector_titles(detectors), strict=True))["signature_cnn linear"] == (
        "Network on explanations (linear values)"
    )
