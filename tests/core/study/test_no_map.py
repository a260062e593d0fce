"""A picture that gives a method nothing to weigh has no finding: not in rows, words, the shell or the agreement."""

from dataclasses import replace

import pytest
import torch

from core.attacks.pgd import PGD
from core.catalog import load_classifier
from core.cli.attack import report
from core.compare.curves import curves
from core.compare.image_batch import Plan, measure
from core.explainers.lime import Lime
from core.explainers.shap_partition import ShapPartition
from core.study.case import Case
from core.study.investigation import investigate
from core.study.measures import agreement, measured
from core.study.study import Study, begin
from core.study.words import finding, no_map, summary

METHODS = (ShapPartition(evaluations=40), Lime(samples=40))
GRID = Lime(samples=40, segmentation="grid")
SAID = "No map: the original picture gives this method nothing to weigh, so there is nothing to compare."


@pytest.fixture(scope="module")
def plain() -> Study:
    model = load_classifier("mnist_cnn:standard")
    study = begin(Case("x", "y", PGD(steps=2), METHODS, controls=1), model, torch.ones(1, 28, 28))
    list(investigate(study, model))
    return study


def test_nothing_is_found_on_a_plain_picture(plain: Study) -> None:
    assert plain.complete
    assert plain.rows == []
    assert {key: no_map(maps) for key, maps in plain.maps.items()} == {each.key: SAID for each in METHODS}
    assert [finding(rows) for rows in plain.measured.values()] == ["", ""]
    assert summary([finding(rows) for rows in plain.measured.values()]) == ""
    assert agreement(plain.maps, "original") == []
    told = report(plain)
    assert told.count(SAID) == 2
    assert "no controls" not in told
    assert "attack 0" not in told


def test_a_map_that_the_attack_takes_away_is_said_to_be_gone(study: Study) -> None:
    maps = study.maps["lime"]
    gone = replace(maps, attacked=torch.zeros_like(maps.attacked))
    assert no_map(gone).startswith("No map: the attacked image")
    assert measured("lime", gone) == ()
    assert no_map(maps) == ""


def test_compare_counts_the_images_of_which_there_are_maps() -> None:
    model = load_classifier("mnist_cnn:standard")
    images = torch.stack([torch.ones(1, 28, 28), torch.zeros(1, 28, 28)])
    images[1, 0, 4:24, 13:16] = 1  # a one
    labels = model.probabilities(images).argmax(dim=1)
    row = measure({"before": model, "after": model}, images, labels, 0, Plan(PGD(steps=1), (0.0, 8 / 255), GRID))
    for name in ("stable", "noise"):
        assert [[value is None for value in values] for values in row["before"][name]] == [[True, False]] * 2
    found = curves([row | {"images": [0, 1]}])
    assert (found["matched"], found["mapped"]) == (2, 1)
    assert found["before"]["stability"][0] == (1.0, 1.0, 1.0)
    row["before"]["bound"][0] = float("nan")
    with pytest.raises(ValueError, match="not finite, in bound"):
        curves([row | {"images": [0, 1]}])
