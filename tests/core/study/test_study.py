"""A study: its controls are what they claim to be, it stops and it goes on."""

import json
from dataclasses import replace

import pytest
import torch

from core.attacks.fgsm import FGSM
from core.attacks.pgd import PGD
from core.base.cancellation import Cancelled, CancelScope
from core.contracts.classifier import Classifier
from core.explainers.grad_cam_pp import GradCAMPP
from core.explainers.integrated_gradients import IntegratedGradients
from core.explainers.lime import Lime
from core.study.attack_record import attack
from core.study.case import Case
from core.study.change_size import eight_bit, sizes
from core.study.investigation import investigate
from core.study.measures import agreement, exceeded
from core.study.noise_control import shuffled_noise
from core.study.prediction import predict
from core.study.study import begin


@pytest.fixture(scope="module")
def model(toy: Classifier) -> Classifier:
    return toy


@pytest.fixture(scope="module")
def image() -> torch.Tensor:
    return eight_bit(torch.rand(1, 3, 16, 16, generator=torch.Generator().manual_seed(3)))[0]


@pytest.fixture
def case() -> Case:
    explainers = (GradCAMPP(), IntegratedGradients(steps=8), Lime(samples=64))
    return Case("toy/1", "toy", PGD(eps=24 / 255, step=6 / 255, steps=8), explainers, controls=2)


def test_noise_has_the_size_of_the_change_in_every_norm() -> None:
    image, change = torch.full((3, 9, 9), 0.5), torch.zeros(3, 9, 9)
    change[:, 2:5, 3:7] = torch.rand(3, 3, 4, generator=torch.Generator().manual_seed(1)) * 0.3 - 0.15
    for noisy in shuffled_noise(image, change, 4, seed=7):
        found, wanted = sizes(noisy - image), sizes(change)
        assert found == pytest.approx(wanted, rel=1e-4)
        assert not torch.equal(noisy - image, change)


def test_noise_keeps_its_size_at_black_and_white() -> None:
    image, change = torch.zeros(1, 8, 8), torch.zeros(1, 8, 8)
    image[:, :, 4:] = 1.0
    change[0, 0, 0], change[0, 3, 6] = 0.97, -0.4
    for noisy in shuffled_noise(image, change, 8, seed=1):
        assert sizes(noisy - image) == pytest.approx(sizes(change), rel=1e-4)


def test_the_card_measures_what_was_done(model: Classifier, image: torch.Tensor) -> None:
    found = attack(model, PGD(eps=24 / 255, step=6 / 255, steps=8), image)
    change = found.image - image
    assert found.sizes["linf"] == pytest.approx(change.abs().max().item())
    assert found.sizes["linf"] <= 24 / 255 + 1e-6
    assert found.forwards == found.queries == 8
    assert len(found.trace) == 9
    assert found.trace[-1]["original"] == pytest.approx(found.after[found.before.top], abs=1e-6)
    assert found.after.top == int(model.probabilities(found.image[None]).argmax())
    assert found.saved == predict(model, eight_bit(found.image))
    assert found.fooled == (found.after.top != found.before.top)


def test_every_part_arrives_and_matches_a_direct_call(model: Classifier, image: torch.Tensor, case: Case) -> None:
    study = begin(case, model, image)
    stages = [(event.stage, event.part) for event in investigate(study, model) if event.finished]
    keys = [explainer.key for explainer in case.explainers]
    assert stages == [("predict", ""), ("attack", "pgd"), *(("maps", key) for key in keys),
                      *(("controls", key) for key in keys)]  # fmt: skip
    assert study.complete
    assert study.attacked is not None
    assert study.before is not None
    direct = IntegratedGradients(steps=8)(model, image[None], torch.tensor([study.before.top])).values[0]
    assert torch.allclose(study.maps["integrated_gradients"].original, direct)
    lime = study.maps["lime"]
    assert lime.seeds is not None
    assert len(lime.seeds) == 2
    assert not torch.equal(lime.seeds[0], lime.original)
    found = study.rows
    own = [row for row in found if row.explainer == "grad_cam_pp" and row.comparison == "noise"]
    assert len(own) == 2 * len({row.measure for row in found})
    assert set(exceeded([row for row in found if row.explainer == "lime"], "spearman")) >= {"noise", "seed"}
    matrix = {(entry["first"], entry["second"]): entry["value"] for entry in agreement(study.maps, "original")}
    assert matrix["lime", "lime"] == 1.0
    assert matrix["lime", "grad_cam_pp"] == matrix["grad_cam_pp", "lime"]


def test_a_stop_keeps_what_is_done_and_it_goes_on(model: Classifier, image: torch.Tensor, case: Case) -> None:
    whole = begin(case, model, image)
    list(investigate(whole, model))
    study, scope = begin(case, model, image), CancelScope()
    with pytest.raises(Cancelled), scope:
        for event in investigate(study, model):
            if event.stage == "maps" and event.part == "lime" and not event.finished:
                scope.stop()
    assert set(study.maps) == {"grad_cam_pp", "integrated_gradients"}
    assert not study.complete
    list(investigate(study, model))
    assert study.rows == whole.rows


def test_a_case_survives_json_and_its_id_holds_every_setting(case: Case) -> None:
    assert Case.from_json(json.loads(json.dumps(case.to_json()))) == case
    others = [
        replace(case, image="toy/2"), replace(case, seed=1), replace(case, target=2), replace(case, controls=3),
        replace(case, explained="original"), replace(case, attack=FGSM()),
        replace(case, explainers=case.explainers[:1]),
    ]  # fmt: skip
    assert len({each.id for each in [case, *others]}) == 8
    assert replace(case, explainers=()).attack_id == case.attack_id


def test_one_failing_method_leaves_the_others_their_turn(model: Classifier, image: torch.Tensor, case: Case) -> None:
    blind = replace(model, cam_layer="")
    study = begin(case, blind, image)
    list(investigate(study, blind))
    assert "grad_cam_pp" in study.refused
    assert set(study.maps) == {"integrated_gradients", "lime"}
    assert study.complete
