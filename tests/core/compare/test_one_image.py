"""Comparing two classifiers on one image: each attacked by itself, and shown the image made for the other."""

from dataclasses import replace
from typing import Any

import pytest
import torch

from core.attacks.pgd import PGD
from core.compare.comparison import SIDES, Comparison, Side
from core.compare.one_image import compare, cross
from core.compare.resized import mismatch
from core.contracts.classifier import Classifier
from core.contracts.toy_models import linear, quadrant
from core.explainers.grad_cam_pp import GradCAMPP
from core.explainers.integrated_gradients import IntegratedGradients
from core.spurious.lower_bound import linear_bound
from core.spurious.region_of_classifier import own_region
from core.study.investigation import investigate
from core.study.prediction import predict
from core.study.study import begin
from tests.core.compare.doubles import ATTACK, IMAGE, data, model, pair


def test_each_is_attacked_by_itself_and_shown_the_others_image(compared: Comparison) -> None:
    models: dict[Side, Classifier] = {"before": model(0), "after": model(1)}
    for side, there in (("before", "after"), ("after", "before")):
        study, other = compared.studies[side], compared.studies[there]
        label = torch.tensor([predict(models[side], IMAGE).top])
        assert study.attacked is not None
        assert torch.equal(study.attacked.image, ATTACK(models[side], IMAGE[None], label, seed=0)[0])
        assert other.attacked is not None
        crossing = compared.crossings[side]
        assert crossing.prediction == predict(models[side], other.attacked.image)
        assert compared.fooled(side) == (crossing.prediction.top != study.before.top)
        target = torch.tensor([crossing.prediction.top])
        by_hand = GradCAMPP()(models[side], other.attacked.image[None], target).values[0]
        assert torch.equal(crossing.maps["grad_cam_pp"], by_hand)


def test_the_studies_are_those_of_inspect(compared: Comparison) -> None:
    models = {"before": model(0), "after": model(1)}
    for side in SIDES:
        alone = begin(pair().case(side), models[side], IMAGE)
        for _ in investigate(alone, models[side]):
            pass
        assert compared.studies[side].rows == alone.rows
        assert compared.studies[side].complete


def test_one_scale_covers_every_map(compared: Comparison) -> None:
    assert len(compared.maps("grad_cam_pp")) == 6
    assert len(compared.maps("grad_cam_pp", "before")) == 3
    both = torch.cat([torch.stack(compared.maps("grad_cam_pp", side)) for side in SIDES])
    assert torch.equal(torch.stack(compared.maps("grad_cam_pp")), both)


def test_asked_again_it_gives_the_same_numbers(compared: Comparison) -> None:
    again = compare(pair(), model(0), model(1), IMAGE)
    for side in SIDES:
        assert again.studies[side].rows == compared.studies[side].rows
        assert again.crossings[side].prediction == compared.crossings[side].prediction
        assert again.crossings[side].reach == compared.crossings[side].reach
    other = compare(pair(seed=5), model(0), model(1), IMAGE)
    assert other.crossings["after"].prediction != compared.crossings["after"].prediction


@pytest.mark.parametrize("explained", ["original", "answer"])
def test_the_original_answer_can_be_explained_throughout(explained: Any) -> None:
    """On a pair whose attacks carry over, so that the answer on the exchanged image is another."""
    models: dict[Side, Classifier] = {"before": model(7), "after": model(17)}
    strong = PGD(eps=64 / 255, step=16 / 255, steps=10)
    asked = pair(attack=strong, explained=explained, explainers=(GradCAMPP(),))
    found = compare(asked, models["before"], models["after"], IMAGE)
    for side, there in (("before", "after"), ("after", "before")):
        attacked = found.studies[there].attacked
        assert attacked is not None
        assert found.fooled(side)
        shown = IMAGE if explained == "original" else attacked.image
        target = torch.tensor([predict(models[side], shown).top])
        by_hand = GradCAMPP()(models[side], attacked.image[None], target).values[0]
        assert torch.equal(found.crossings[side].maps["grad_cam_pp"], by_hand)


def test_the_bound_is_of_the_label_and_zero_where_the_answer_is_wrong() -> None:
    one = model(0)
    answer = predict(one, IMAGE).top
    wrong = compare(pair(explainers=()), one, model(1), IMAGE, label=(answer + 1) % 3)
    reach = wrong.crossings["before"].reach
    assert reach is not None
    assert (reach.value, reach.wrong) == (0.0, True)
    right = compare(pair(explainers=()), one, model(1), IMAGE, label=answer).crossings["before"].reach
    assert right is not None
    target = torch.tensor([answer])
    by_hand = linear_bound(one, IMAGE[None], target, own_region(one, IMAGE[None], target))
    assert (right.value, right.share) == (by_hand.value.item(), by_hand.share.item())
    assert right.region == pytest.approx(0.25)
    assert not right.wrong


def test_a_crossing_needs_both_attacks_and_survives_a_method_that_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    models: dict[Side, Classifier] = {"before": model(0), "after": model(1)}
    studies = {side: begin(pair().case(side), models[side], IMAGE) for side in SIDES}
    with pytest.raises(ValueError, match="attacked before"):
        list(cross(Comparison(pair(), studies), models))

    def broken(*_: object) -> None:
        raise AssertionError("out of luck")

    monkeypatch.setattr(GradCAMPP, "run", broken)
    found = compare(pair(), models["before"], models["after"], IMAGE)
    assert set(found.crossings["before"].maps) == {"integrated_gradients"}
    assert found.studies["before"].failed


@pytest.mark.parametrize(
    ("other", "said"),
    [
        (model(1, ("a", "b")), "one has 3, the other 2"),
        (model(1, ("a", "x", "c")), "one says ‘b’, the other says ‘x’"),
        (replace(model(1), size=(1, 8, 8)), "3 and 1 colour channels"),
    ],
)
def test_models_that_do_not_fit_each_other_are_one_sentence(other: Classifier, said: str) -> None:
    assert said in str(mismatch(model(0), other))
    with pytest.raises(ValueError, match="models"):
        compare(pair(), model(0), other, IMAGE)
    assert mismatch(model(0), model(1)) is None
    assert mismatch(model(0), replace(model(1), labels=("A", " b", "c "))) is None


# ---- the run


def test_a_model_is_not_compared_with_its_own_kind_only() -> None:
    """Any two that know the same classes: here a linear model beside a convolutional one."""
    weight = torch.randn(2, 3, 16, 16, generator=torch.Generator().manual_seed(0))
    straight = replace(linear(weight.tolist()), labels=quadrant(16).labels)
    found = compare(pair(explainers=(IntegratedGradients(steps=4),)), straight, quadrant(16), data(1)[0][0])
    assert found.crossings["before"].reach is not None
    assert found.studies["after"].complete
