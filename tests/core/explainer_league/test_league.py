"""The league: floors that know nothing, rows that no batch changes, and who is ahead where that is known."""

from dataclasses import dataclass
from typing import Any

import pytest
import torch
from torch import Tensor

from core.catalog import EXPLAINERS
from core.contracts.classifier import Classifier
from core.contracts.explainer import Attribution, Explainer
from core.contracts.interfaces import Images
from core.contracts.metric import Metric
from core.contracts.toy_models import quadrant
from core.explainer_league.cost import drawn_again
from core.explainer_league.floors import FLOORS, EdgeDetector, RandomMap
from core.explainer_league.league import Plan, measure, right_images, tidy, usual_explainers, usual_metrics
from core.explainer_league.standings import ALIKE, BETTER, TOO_FEW, comparisons, pairs, standings
from core.explainers.integrated_gradients import IntegratedGradients
from core.metrics.deletion import Deletion
from core.metrics.mprt import Mprt
from core.metrics.pointing_game import PointingGame
from tests.core.metrics.doubles import planted


@dataclass(frozen=True)
class Perfect(Explainer):
    """The weight of each pixel times the pixel, where the classifier's scores are linear."""

    key = "perfect"
    title = "Perfect"

    def run(self, classifier: Classifier, images: Tensor, targets: Tensor, reference: Tensor, seed: int) -> Attribution:
        weight = classifier.net[1].weight[0].detach()  # type: ignore[index]
        return Attribution(weight.view(images.shape[2:]) * images[:, 0])


def bright(count: int = 16) -> Images:
    """Images that the planted model gets right, but for every fourth, whose label is another."""
    _, images, _, _ = planted()
    many = images.repeat(-(-count // 3), 1, 1, 1)[:count]
    noise = torch.rand(many.shape, generator=torch.Generator().manual_seed(3)) * 0.1
    labels = (torch.arange(count) % 4 == 3).long()
    return Images(((many + noise).clamp(0, 1) * 255).round().to(torch.uint8), labels, ("bright", "dark"))


def test_floors_are_no_choice_for_an_explanation() -> None:
    assert not set(FLOORS) & set(EXPLAINERS)


def test_floors_know_neither_class_nor_network() -> None:
    images = torch.rand(2, 3, 32, 32, generator=torch.Generator().manual_seed(0))
    first, second = quadrant(), quadrant()
    with torch.no_grad():
        for weight in second.net.parameters():
            weight.mul_(-2)
    for floor in (RandomMap(), EdgeDetector()):
        maps = [floor(model, images, torch.tensor(t)).values for model, t in ((first, [0, 0]), (second, [1, 0]))]
        assert torch.equal(maps[0], maps[1])
        assert torch.equal(floor(first, images[1:], torch.tensor([0])).values[0], maps[0][1])
        assert not torch.equal(maps[0][0], maps[0][1])
    assert not torch.equal(RandomMap()(first, images, torch.tensor([0, 0]), seed=1).values, maps[0])


def test_sobel_is_scipys() -> None:
    from scipy.ndimage import sobel

    image = torch.rand(1, 3, 9, 11, generator=torch.Generator().manual_seed(0))
    grey = image.mean(dim=1)[0].numpy()
    expected = (sobel(grey, 0, mode="nearest") ** 2 + sobel(grey, 1, mode="nearest") ** 2) ** 0.5
    model = Classifier(torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(297, 2)), ("a", "b"), (3, 9, 11))
    found = EdgeDetector()(model, image, torch.tensor([0])).values[0]
    torch.testing.assert_close(found, torch.from_numpy(expected), atol=1e-5, rtol=1e-5)


def test_only_images_that_are_right_drawn_by_the_seed() -> None:
    model, data = planted()[0], bright()
    all_right = [place for place in range(16) if place % 4 != 3]
    assert right_images(model, data, 100, 0).tolist() == all_right
    some = right_images(model, data, 5, 0).tolist()
    assert len(some) == 5
    assert set(some) <= set(all_right)
    assert some == sorted(some) != right_images(model, data, 5, 1).tolist()
    wrong = Images(data.images, 1 - torch.zeros(16).long(), data.classes)
    with pytest.raises(ValueError, match="none of these images right"):
        right_images(model, wrong, 5, 0)


def test_rows_do_not_depend_on_the_batch() -> None:
    model, data = planted()[0], bright()
    plan = Plan((Perfect(),), usual_metrics(), seed=4)
    assert [each.key for each in plan.explainers] == ["random_map", "edge_detector", "perfect"]
    images, labels = data.images[:3].float() / 255, data.labels[:3]
    for explainer in plan.explainers:
        whole = measure(model, images, labels, [0, 1, 2], explainer, plan)
        assert set(whole["values"]) == {each.key for each in plan.metrics}
        alone = measure(model, images[1:2], labels[1:2], [1], explainer, plan)
        for key, values in whole["values"].items():
            assert values[1] == pytest.approx(alone["values"][key][0], rel=1e-4, abs=1e-6), key
        assert whole["spread"][1] == alone["spread"][0]
    assert len(tidy([{"images": [0, 1, 2], "explainer": "perfect", **whole}])) == 3 * len(plan.metrics)


def test_the_perfect_map_beats_the_floors_and_chance_does_not() -> None:
    model, data = planted()[0], bright(40)
    places = right_images(model, data, 30, 0).tolist()
    images, labels = data.images[places].float() / 255, data.labels[places]
    plan = Plan((Perfect(),), (Deletion(), Mprt()))
    rows = [
        {"images": places, "explainer": each.key, **measure(model, images, labels, places, each, plan)}
        for each in plan.explainers
    ]
    found = standings(rows)
    assert found["count"] == 30
    assert found["pgca"] == {}
    for column in found["columns"]:
        verdicts = {(each["first"], each["second"]): each["verdict"] for each in column["comparisons"]}
        assert verdicts == {("perfect", "random_map"): BETTER, ("perfect", "edge_detector"): BETTER}
        mine = column["explainers"]["perfect"]
        values = rows[2]["values"][column["metric"]]
        assert mine["mean"] == pytest.approx(sum(values) / 30)
        assert mine["interval_95"][0] <= mine["mean"] <= mine["interval_95"][1]
    assert found["columns"][1]["explainers"]["edge_detector"]["mean"] == pytest.approx(1)


def test_two_floors_are_not_compared_and_each_other_pair_is_once() -> None:
    found = list(pairs(["random_map", "a", "edge_detector", "b"]))
    assert set(found) == {
        ("a", "random_map"), ("b", "random_map"), ("a", "edge_detector"), ("a", "b"), ("b", "edge_detector")
    }  # fmt: skip
    assert len(found) == 5


def test_many_comparisons_need_more_than_one() -> None:
    """A difference that would just be told alone is not told among twenty explainers; few images tell nothing."""
    noise = torch.randn(20, 40, generator=torch.Generator().manual_seed(0)).double()
    noise -= noise.mean(dim=1, keepdim=True)
    noise /= noise.std(dim=1, keepdim=True)
    column = {f"x{row}": dict(enumerate(noise[row].tolist())) for row in range(20)}
    zero = dict.fromkeys(range(40), 0.0)
    ahead = {"y": {image: value + 2.3 / 40**0.5 for image, value in column["x0"].items()}, "zero": zero}
    assert [each["verdict"] for each in comparisons(ahead, "higher")] == [BETTER]
    among = comparisons(column | ahead, "higher")
    pair = next(each for each in among if (each["first"], each["second"]) == ("y", "zero"))
    assert pair["verdict"] == ALIKE
    assert pair["interval_95"][0] > 0
    few = {key: {image: values[image] for image in range(9)} for key, values in ahead.items()}
    assert [each["verdict"] for each in comparisons(few, "higher")] == [TOO_FEW]


def test_the_pointing_games_null_stands_beside_it() -> None:
    model, data = planted()[0], bright(12)
    images, labels = data.images[:3].float() / 255, data.labels[:3]
    masks = images[:, 0] > 0.6
    plan = Plan((Perfect(),), (PointingGame(),))
    found = measure(model, images, labels, [0, 1, 2], plan.explainers[2], plan, masks)
    assert found["values"]["pointing_game"] == [1.0] * 3
    told = standings([{"images": [0, 1, 2], "explainer": "perfect", **found}])
    assert told["columns"][0]["null"] == pytest.approx(1 / 9, abs=1e-3)


def test_what_cannot_be_planned() -> None:
    with pytest.raises(ValueError, match="each explainer once"):
        Plan((Perfect(), Perfect()), (Deletion(),))
    with pytest.raises(ValueError, match="at least one metric"):
        Plan((Perfect(),), ())
    usual = [each.key for each in usual_explainers(planted()[0])]
    assert "integrated_gradients" in usual
    assert "grad_cam_pp" not in usual
    assert IntegratedGradients().key in EXPLAINERS


AGAIN = [each for each in usual_metrics() if each.needs == "explainer"]


@pytest.mark.parametrize("metric", AGAIN, ids=lambda each: each.key)
def test_how_often_a_map_is_drawn_again_is_counted(metric: Metric) -> None:
    """Against a count of the images that the explainer is really given."""
    model, images, _, _ = planted()
    labels, asked = torch.zeros(len(images), dtype=torch.long), []

    @dataclass(frozen=True)
    class Counted(Perfect):
        def run(self, classifier: Classifier, images: Tensor, *rest: Any) -> Attribution:
            asked.append(len(images))
            return Attribution(torch.rand(images.shape[0], *images.shape[2:]))

    metric(model, images, labels, Attribution(images[:, 0]), explainer=Counted())
    most = drawn_again(metric)
    assert sum(asked) == len(images) * (min(most, 1) if isinstance(metric, Mprt) else most), "this model has one layer"
