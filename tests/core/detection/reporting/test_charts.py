"""The charts of a study: colours that can be told apart, legends for colour and shape, maps of classes."""

import itertools
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from skimage.color import deltaE_ciede2000, rgb2lab

from core.detection.critical_pixels.selection import Rule
from core.detection.reporting.class_maps import class_maps
from core.detection.reporting.detector_charts import generalisation_map
from core.detection.reporting.feature_charts import CLASSES, KINDS, OTHERS, PALE, colours, scatter
from core.robustness.html_page import figure
from tests.core.detection.told import told_features, told_pixels

VISION: dict[str, list[list[float]]] = {  # Machado, Oliveira, Fernandes 2009, severity 1: what linear RGB becomes
    "all": [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
    "no red cones": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "no green": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "no blue": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}


def seen(colour: str, matrix: list[list[float]]) -> NDArray[Any]:
    """A colour as CIELAB, by an eye of such a kind."""
    value = np.array([int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)])
    linear = np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)
    turned = np.clip(np.array(matrix) @ linear, 0, 1)
    back = np.where(turned <= 0.0031308, 12.92 * turned, 1.055 * turned ** (1 / 2.4) - 0.055)
    lab: NDArray[Any] = rgb2lab(back[None, None])[0, 0]
    return lab


@pytest.mark.parametrize("eye", VISION)
def test_colours_of_classes_can_be_told_apart_by_every_eye(eye: str) -> None:
    assert len(CLASSES) == 12
    drawn = [seen(each, VISION[eye]) for each in CLASSES]
    apart = [float(deltaE_ciede2000(one, other)) for one, other in itertools.combinations(drawn, 2)]
    assert min(apart) > 11
    assert min(float(deltaE_ciede2000(each, seen("#FFFFFF", VISION[eye]))) for each in drawn) > 15, "from the paper"


def test_beyond_twelve_classes_the_rest_are_grey() -> None:
    points = told_features(14)["points"]
    points += [points[13]] * 3  # digit 13 is the commonest
    found = colours(points)
    assert list(found)[-2:] == ["digit 13", OTHERS]
    assert found[OTHERS] == PALE
    assert len(found) == 13
    assert OTHERS not in colours(told_features(12)["points"])


def legends(chart: dict[str, Any]) -> dict[str, Any]:
    return {name: chart["layer"][0]["encoding"][name] for name in ("color", "shape")}


def test_colour_by_kind_or_class_and_shape_by_kind_in_both() -> None:
    points = told_features(3)["points"]
    by_kind, by_class = (scatter(points, by=by).to_dict() for by in ("kind", "class"))
    for chart in (by_kind, by_class):
        shape = legends(chart)["shape"]
        assert shape["field"] == "kind"
        assert shape["scale"]["domain"] == list(KINDS.values())
        assert shape["legend"] is not None
    assert legends(by_kind)["color"]["field"] == "kind"
    assert legends(by_class)["color"]["field"] == "class"
    assert legends(by_class)["color"]["scale"]["domain"] == ["digit 0", "digit 1", "digit 2"]
    for by, words in (("kind", "attacked, fooled"), ("class", "digit 2")):
        assert words in figure(scatter(points, by=by))  # type: ignore[arg-type]


def test_the_maps_of_twelve_classes_are_drawn() -> None:
    drawn = figure(class_maps(told_pixels(classes=14)["pixels"]["detection"]))
    assert drawn.count("digit ") >= 12
    assert "digit 11" in drawn
    assert "digit 12" not in drawn, "the twelve with the most images, the first of these"
    assert "<svg" in figure(class_maps(told_pixels(Rule(deviations=50.0))["pixels"]["detection"])), "none chosen"


@pytest.mark.parametrize("eye", VISION)
def test_worse_than_guessing_is_not_drawn_as_guessing(eye: str) -> None:
    row = {"detector": "a", "learnt_from": ["PGD"], "attack": "FGSM", "strength": 0.1, "low": 0.0, "high": 0.1}
    rows = [row | {"auc": value} for value in (0.0, 0.5, 1.0)]
    drawn = generalisation_map({"rows": rows}, "a").to_dict()["layer"][0]["encoding"]["color"]["scale"]
    assert drawn["domain"] == [0.0, 0.5, 1.0]
    worse, guess, better = (seen(each, VISION[eye]) for each in drawn["range"])
    assert drawn["range"][1] == "#ffffff"
    assert min(float(deltaE_ciede2000(*two)) for two in ((worse, guess), (better, guess), (worse, better))) > 25
