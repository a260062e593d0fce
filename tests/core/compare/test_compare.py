"""Comparing two classifiers: one image crossed between them, curves over rows, the run, and what is refused."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from scipy.stats import norm
from torch import Tensor, nn

from core.attacks.deepfool import DeepFool
from core.attacks.fgsm import FGSM
from core.attacks.pgd import PGD
from core.base.params import to_spec
from core.catalog import load_classifier
from core.compare.curves import curves, mean, paired
from core.compare.image_batch import Plan, measure
from core.compare.one_image import SIDES, Comparison, Pair, Reach, Side, compare, cross
from core.compare.resized import mismatch
from core.compare.words import below, details, headline, reading, shares, size, transferred
from core.contracts.classifier import Classifier
from core.contracts.toy_models import linear, quadrant
from core.evaluation.strengths import at, strengths
from core.explainers.grad_cam_pp import GradCAMPP
from core.explainers.integrated_gradients import IntegratedGradients
from core.explainers.lime import Lime
from core.map_distances.spearman import Spearman
from core.runs import files
from core.runs.context import Context, Stopped
from core.runs.run import Run
from core.runs.status import Status, write_status
from core.runs.tasks import TASKS
from core.spurious.lower_bound import linear_bound
from core.spurious.region_of_classifier import own_region
from core.study.attack_record import predict
from core.study.study import begin, investigate

IMAGE = torch.rand(3, 8, 8, generator=torch.Generator().manual_seed(0))
ATTACK = PGD(eps=16 / 255, steps=4)


def model(seed: int, labels: tuple[str, ...] = ("a", "b", "c")) -> Classifier:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        net = nn.Sequential(nn.Conv2d(3, 4, 3, padding=1), nn.ReLU(), nn.Flatten(), nn.Linear(256, len(labels))).eval()
    return Classifier(net, labels, (3, 8, 8), key="toy", fingerprint=f"f{seed}", cam_layer="1")


def pair(**changes: Any) -> Pair:
    return replace(
        Pair("toy/1", "one", "two", ATTACK, (GradCAMPP(), IntegratedGradients(steps=8)), controls=2), **changes
    )


@pytest.fixture(scope="module")
def compared() -> Comparison:
    return compare(pair(), model(0), model(1), IMAGE)


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


def test_words(compared: Comparison) -> None:
    fooled = [side for side in SIDES if compared.studies[side].attacked.fooled]  # type: ignore[union-attr]
    assert fooled == ["before"]
    assert headline(compared) == "Only the model before refinement is fooled on this picture."
    before, after = details(compared)
    assert before.startswith("Before refinement: ")
    assert " becomes " in before
    assert after.startswith("After refinement: ")
    assert " stays " in after
    assert transferred(compared).count("the answer") == 2
    first, second = (compared.studies[side].before for side in SIDES)
    assert first is not None
    assert second is not None
    neither = next(each for each in range(3) if each not in (first.top, second.top))
    assert headline(compared, neither) == "Both models are wrong on this picture before any attack."
    assert all("though the picture is labelled" in said for said in details(compared, neither))
    assert size(0.0042 / 255, float("inf")) == "0.00/255"


def reach(value: float, share: float = 0.3, wrong: bool = False) -> Reach:
    return Reach(value=value, share=share, region=0.25, rival=1, norm=float("inf"), wrong=wrong)


def test_what_two_bounds_say() -> None:
    said = "After refinement the estimate is 8 times that before it"
    allowed = "8/255 per pixel that the attack was allowed."
    assert reading([reach(0.5 / 255), reach(4 / 255)]) == f"{said}."
    assert reading([reach(0.5 / 255), reach(4 / 255)], 8 / 255) == f"{said}; both are below the {allowed}"
    assert reading([reach(5 / 255), reach(40 / 255)], 8 / 255).endswith(
        f"only the one after refinement is above the {allowed}"
    )
    assert "equally hard" in reading([reach(0.1), reach(0.101)])
    assert (
        reading([reach(0.0, wrong=True), reach(0.1)]) == "Where a model is wrong before any attack, its estimate is 0."
    )
    assert "a larger share" in shares([reach(0.1, 0.27), reach(0.1, 0.45)])
    assert shares([reach(0.1, 0.45), reach(0.1, 0.27)]) == ""


def test_an_attack_below_the_bound_is_pointed_out() -> None:
    found = compare(pair(attack=PGD(eps=64 / 255, step=16 / 255, steps=10), explainers=()), model(7), model(17), IMAGE)
    reach = found.crossings["after"].reach
    assert reach is not None
    for value, said in ((0.9, True), (0.1, False)):
        found.crossings["after"].reach = replace(reach, value=value)
        found.crossings["before"].reach = None
        assert ("needed less than this number after refinement" in below(found)) == said
    found.crossings["after"].reach = replace(reach, value=0.9, wrong=True)
    assert below(found) == ""


# ---- strengths


def test_strengths_keep_the_step_in_proportion_and_end_where_the_attack_does() -> None:
    assert [round(255 * eps, 3) for eps in strengths(PGD(eps=51 / 255))] == [0, 6.375, 12.75, 25.5, 51, 64]
    for eps in strengths(PGD())[1:]:
        weak = at(PGD(), eps)
        assert weak.step / weak.eps == pytest.approx(1 / 4)
    assert at(FGSM(), 0.0).eps == 0.0
    for attack in (DeepFool(), PGD(eps=0.0)):
        with pytest.raises(ValueError, match="no strength to vary"):
            strengths(attack)


# ---- rows and curves


def data(count: int, size: int = 16) -> tuple[Tensor, Tensor]:
    generator = torch.Generator().manual_seed(3)
    images = torch.rand(count, 3, size, size, generator=generator)
    return images, quadrant(size).probabilities(images).argmax(dim=1)


def test_a_row_is_what_each_image_gives_by_itself() -> None:
    models: dict[Side, Classifier] = {"before": quadrant(16), "after": replace(quadrant(16), mean=(0.2,))}
    images, labels = data(4)
    labels[2] = 1 - labels[2]
    plan = Plan(FGSM(eps=8 / 255), (0.0, 8 / 255), IntegratedGradients(steps=4))
    row = json.loads(json.dumps(measure(models, images, labels, 0, plan)))
    for side in SIDES:
        found, one = row[side], models[side]
        attacked = FGSM(eps=8 / 255)(one, images, labels)
        assert found["right"] == [
            (one.probabilities(shown).argmax(dim=1) == labels).int().tolist() for shown in (images, attacked)
        ]
        answers = one.probabilities(images).argmax(dim=1)
        drawn = [IntegratedGradients(steps=4)(one, shown, answers).values for shown in (images, attacked)]
        assert found["stable"][0] == [1.0] * 4
        np.testing.assert_allclose(found["stable"][1], Spearman()(*drawn).numpy(), atol=1e-5)
        assert all(-1 <= value <= 1 for value in found["noise"][1])
        assert found["noise"][1] != found["stable"][1]
        assert "seeds" not in found
        assert (found["bound"][2] == 0) == (answers[2] != labels[2])
    random = measure(
        models, images, labels, 0, replace(plan, explainer=Lime(samples=20, segments=9, segmentation="grid"))
    )
    assert all(-1 <= value < 1 for value in random["before"]["seeds"])
    bare = measure(models, images, labels, 0, replace(plan, explainer=None))
    assert bare["before"]["stable"] == []


ROWS = [
    {"step": 0, "images": [4, 7, 9],
     "before": {"right": [[1, 1, 0], [0, 0, 0]], "stable": [[1, 1, 1], [0.2, 0.4, 0.6]],
                "noise": [[1, 1, 1], [0.9, 0.9, 0.9]], "bound": [0.1, 0.3, 0.0], "share": [0.2, 0.3, 0.4]},
     "after": {"right": [[1, 0, 1], [1, 0, 1]], "stable": [[1, 1, 1], [0.6, 0.8, 1.0]],
               "noise": [[1, 1, 1], [0.9, 0.9, 0.9]], "bound": [0.2, 0.4, 0.3], "share": [0.1, 0.2, 0.3]}},
    {"step": 1, "images": [12],
     "before": {"right": [[1], [1]], "stable": [[1], [0.8]], "noise": [[1], [0.9]], "bound": [0.4], "share": [0.1]},
     "after": {"right": [[1], [0]], "stable": [[1], [0.4]], "noise": [[1], [0.9]], "bound": [0.1], "share": [0.4]}},
]  # fmt: skip


def test_curves_by_hand() -> None:
    found = curves(ROWS)
    assert found["count"] == 4
    assert [round(each[0], 3) for each in found["before"]["accuracy"]] == [0.75, 0.25]
    assert [round(each[0], 3) for each in found["after"]["accuracy"]] == [0.75, 0.5]
    assert found["gained"] == [[9], [4, 9]]
    assert found["lost"] == [[7], [12]]
    assert found["matched"] == 2  # images 4 and 12 are right in both models before any attack
    assert found["before"]["stability"][1][0] == pytest.approx((0.2 + 0.8) / 2)
    assert found["difference"]["stability"][1][0] == pytest.approx((0.4 - 0.4) / 2)
    assert found["difference"]["bound"][0] == pytest.approx(0.05)
    assert found["before"]["bound"][0] == pytest.approx(0.2)
    for place in range(2):
        gained, lost = len(found["gained"][place]), len(found["lost"][place])
        assert found["difference"]["accuracy"][place][0] == pytest.approx((gained - lost) / 4)
    assert curves(ROWS[:1])["count"] == 3
    assert curves([]) == {"count": 0}
    json.dumps(found, allow_nan=False)


def test_the_mean_has_the_interval_of_the_normal() -> None:
    values = np.random.default_rng(0).normal(size=200)
    low, high = norm.interval(0.95, values.mean(), values.std(ddof=1) / 200**0.5)
    assert mean(values) == pytest.approx((values.mean(), low, high), abs=1e-6)
    assert mean(np.array([2.0])) == (2.0, 2.0, 2.0)


@pytest.mark.parametrize(("up", "down"), [(0.05, 0.05), (0.3, 0.1), (0.02, 0.0), (0.5, 0.02)])
def test_the_paired_interval_covers_the_truth(up: float, down: float) -> None:
    draws = np.random.default_rng(1)
    hits = 0
    for _ in range(2000):
        kind = draws.choice(3, size=100, p=[up, down, 1 - up - down])
        _, low, high = paired((kind != 0).astype(float), (kind != 1).astype(float))
        hits += low <= up - down <= high
    assert hits / 2000 > 0.93


def test_the_paired_difference_is_surer_than_two_intervals() -> None:
    before, after = np.r_[np.ones(50), np.zeros(50)], np.r_[np.ones(62), np.zeros(38)]
    value, low, high = paired(before, after)
    assert (value, low > 0) == (0.12, True)
    assert (low, high) == pytest.approx(tuple(-each for each in paired(after, before)[:0:-1]))
    sides = {name: {"right": [values.tolist()], "bound": values.tolist(), "share": values.tolist()}
             for name, values in (("before", before), ("after", after))}  # fmt: skip
    found = curves([{"images": list(range(100)), **sides}])
    assert found["before"]["accuracy"][0][2] > found["after"]["accuracy"][0][1]


# ---- the run


def test_an_interrupted_run_ends_with_the_numbers_of_the_engine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (12, 28, 28), np.uint8)
    name = "mnist_cnn:standard"
    one = load_classifier(name)
    answers = one.probabilities(torch.from_numpy(pixels)[:, None].float() / 255).argmax(dim=1)
    truth = (answers + torch.arange(12) % 3 // 2) % 10  # every third is answered wrongly
    np.savez(tmp_path / "mnist.npz", test_images=pixels, test_labels=truth.numpy())
    monkeypatch.setenv("COUNTERPROOF_DATA", str(tmp_path))
    attack, explainer = PGD(eps=0.1, step=0.05, steps=2), GradCAMPP()
    asked = {"before": name, "after": name, "data": "mnist", "attack": to_spec(attack), "explainer": to_spec(explainer),
             "count": 6, "batch": 2, "seed": 3}  # fmt: skip
    run = Run(tmp_path / "run")
    run.folder.mkdir()
    files.write_json(run.folder / files.SPEC, {"task": "compare", "arguments": asked})
    write_status(run.folder, Status())
    for stop in (
        True,
        True,
        False,
    ):  # each of the first two attempts is asked to stop in its first batch, and ends after
        context = Context(run.folder)
        context.recover()
        (run.folder / files.STOP).unlink(missing_ok=True)
        if stop:
            plain = context.row

            def row(*given: Any, plain: Any = plain, **more: Any) -> None:
                plain(*given, **more)
                (run.folder / files.STOP).write_text("{}")

            monkeypatch.setattr(context, "row", row)
            with pytest.raises(Stopped):
                TASKS["compare"](context, asked)
            assert context.saved == len(files.read_rows(run.folder / files.METRICS)) - 1
            files.append(run.folder / files.METRICS, json.dumps({"step": 9, "half": "done"}) + "\n")
        else:
            result = TASKS["compare"](context, asked)

    chosen = torch.randperm(12, generator=torch.Generator().manual_seed(3))[:6].sort().values
    images, labels = torch.from_numpy(pixels)[chosen][:, None].float() / 255, truth[chosen]
    plan = Plan(attack, strengths(attack), explainer, 3)
    models: dict[Side, Classifier] = {"before": one, "after": one}
    rows = [
        {"step": k, "images": chosen[2 * k : 2 * k + 2].tolist(),
         **measure(models, images[2 * k : 2 * k + 2], labels[2 * k : 2 * k + 2], 2 * k, plan)}
        for k in range(3)
    ]  # fmt: skip
    assert [row["images"] for row in run.metrics] == [row["images"] for row in rows]
    assert [row["before"]["right"] for row in run.metrics] == [row["before"]["right"] for row in rows]
    assert result["matched"] == sum(row["before"]["right"][0].count(1) for row in rows)
    assert 0 < result["matched"] < 6
    for place, expected in enumerate(curves(rows)["before"]["stability"]):
        assert result["before"]["stability"][place] == pytest.approx(expected, abs=1e-3)
    assert result["difference"]["accuracy"][0][0] == 0
    assert result["gained"] == result["lost"] == [[]] * len(plan.strengths)
    assert result["weights"] == [one.fingerprint] * 2


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"after": "mnist_cnn:none"}, "none"),
        ({"after": "cifar10_resnet20:standard"}, "different classes"),
        ({"weights": ["x", "y"]}, "have changed"),
        ({"attack": to_spec(DeepFool())}, "no strength to vary"),
        ({"count": 0}, "at least one image"),
        ({"nonsense": 1}, "nonsense"),
    ],
)
def test_what_cannot_be_run_fails_with_a_sentence(
    changes: dict[str, Any], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COUNTERPROOF_DATA", str(tmp_path))
    name = "mnist_cnn:standard"
    asked = {"before": name, "after": name, "data": "mnist", "attack": to_spec(PGD())} | changes
    (tmp_path / "spec.json").write_text(json.dumps({"task": "compare", "arguments": asked}))
    with pytest.raises((ValueError, OSError), match=said):
        TASKS["compare"](Context(tmp_path), asked)


def test_a_model_is_not_compared_with_its_own_kind_only() -> None:
    """Any two that know the same classes: here a linear model beside a convolutional one."""
    weight = torch.randn(2, 3, 16, 16, generator=torch.Generator().manual_seed(0))
    straight = replace(linear(weight.tolist()), labels=quadrant(16).labels)
    found = compare(pair(explainers=(IntegratedGradients(steps=4),)), straight, quadrant(16), data(1)[0][0])
    assert found.crossings["before"].reach is not None
    assert found.studies["after"].complete
