"""The grid beside single evaluations, what a masked model looks like, and the charts made of it."""

from dataclasses import replace

import pytest
import torch

from core.catalog import load_classifier
from core.gradient_masking.charts import heat_maps
from core.gradient_masking.loss_surface import directions, shared_range, side_by_side, surface
from core.gradient_masking.walk import LOSSES
from core.images.samples import sample_images


def test_every_point_is_the_loss_of_its_picture() -> None:
    classifier = load_classifier("mnist_cnn:standard")
    image = sample_images(classifier, 1)[0]
    label = int(classifier.probabilities(image[None]).argmax())
    along, across = directions(classifier, image, label, seed=5)
    assert set(across.unique().tolist()) == {-1.0, 1.0}
    found = surface(classifier, image, label, along, across, span=0.2, points=5, batch=7)
    assert found.offsets.tolist() == pytest.approx([-0.2, -0.1, 0.0, 0.1, 0.2])
    for row, b in enumerate(found.offsets.tolist()):
        for column, a in enumerate(found.offsets.tolist()):
            moved = (image + a * along + b * across).clamp(0, 1)[None]
            with torch.no_grad():
                logits = classifier(moved)
            value = LOSSES["textbook"](logits, torch.tensor([label]))
            assert found.loss[row, column].item() == pytest.approx(value.item(), rel=1e-4, abs=1e-6)
            assert found.wrong[row, column].item() == (logits.argmax().item() != label)
    assert found.loss[2, 4] > found.loss[2, 2], "along the gradient the loss rises"


def test_two_models_stand_on_one_scale_and_a_masked_one_has_no_way_to_go() -> None:
    names = ("mnist_cnn:standard", "teaching:saturated")
    models = {name: load_classifier(name) for name in names}
    image = sample_images(models[names[0]], 1)[0]
    label = int(models[names[0]].probabilities(image[None]).argmax())
    found = side_by_side(models, image, label, span=32 / 255, points=9)
    flat = found["teaching:saturated"]
    assert flat.loss[4].unique().numel() == 1, "where the gradient is zero, there is no direction along it"
    careful = side_by_side(models, image, label, points=9, view="careful")["teaching:saturated"]
    assert careful.loss[4].unique().numel() > 1
    low, high = shared_range(list(found.values()))
    assert (low, high) == (min(s.loss.min() for s in found.values()), max(s.loss.max() for s in found.values()))

    chart = heat_maps(found, 16 / 255).to_dict()
    assert [each["title"] for each in chart["hconcat"]] == list(names)
    for each in chart["hconcat"]:
        cells, _, box = each["layer"]
        assert cells["encoding"]["color"]["scale"]["domain"] == [low, high]
        corners = chart["datasets"][box["data"]["name"]]
        assert {abs(point["x"]) + abs(point["y"]) for point in corners} == {16.0}
        assert len(chart["datasets"][cells["data"]["name"]]) == 81


def test_the_border_runs_between_right_and_wrong() -> None:
    classifier = load_classifier("mnist_cnn:standard")
    image = sample_images(classifier, 1)[0]
    along, across = directions(classifier, image, 0)
    found = surface(classifier, image, 0, along, across, span=10 / 255, points=3)
    half = replace(found, wrong=torch.tensor([[False, False, True]] * 3))
    chart = heat_maps({"one": half}, 8 / 255).to_dict()
    border = chart["datasets"][chart["hconcat"][0]["layer"][1]["data"]["name"]]
    assert [(edge["x"], edge["x2"]) for edge in border] == [(pytest.approx(5.0), pytest.approx(5.0))] * 3
    assert sum(edge["y2"] - edge["y"] for edge in border) == pytest.approx(30.0)


@pytest.mark.parametrize(("span", "points"), [(0.0, 5), (-1.0, 5), (float("nan"), 5), (0.1, 4), (0.1, 1)])
def test_grids_that_make_no_sense_are_a_sentence(span: float, points: int) -> None:
    classifier = load_classifier("mnist_cnn:standard")
    image = torch.zeros(1, 28, 28)
    with pytest.raises(ValueError, match="a span above 0 and an odd number of points"):
        surface(classifier, image, 0, image, image, span=span, points=points)
    with pytest.raises(ValueError, match="at least one loss surface"):
        heat_maps({}, 0.1)
