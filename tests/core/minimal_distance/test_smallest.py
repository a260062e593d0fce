"""The smallest change within [0, 1] against the closed form, and against each of the attacks it is taken from."""

import math

import pytest
import torch

from core.attacks.cw import CW
from core.attacks.deepfool import DeepFool
from core.attacks.deepfool_linf import DeepFoolLinf
from core.attacks.fab import FAB
from core.contracts.toy_models import linear
from core.minimal_distance.smallest import Norm, smallest
from tests.core.attacks.networks import answers
from tests.core.minimal_distance.networks import closed_form_distances, images_of, linear_network, two_pixels


@pytest.mark.parametrize(("norm", "order"), [("l2", 2), ("linf", math.inf)])
def test_of_a_linear_network_it_is_the_closed_form(norm: Norm, order: float) -> None:
    classifier = linear_network()
    images, labels = images_of(classifier)
    expected = closed_form_distances(classifier, images, labels, order).float()
    found = smallest(classifier, images, labels, norm)
    assert found[0] == 0
    assert (found[1:] >= expected[1:] * (1 - 1e-4)).all()
    torch.testing.assert_close(found, expected, rtol=0.03, atol=3e-4)


@pytest.mark.parametrize(("norm", "order"), [("l2", 2), ("linf", math.inf)])
def test_is_the_smaller_of_what_two_attacks_find(norm: Norm, order: float) -> None:
    classifier = two_pixels()
    images = torch.rand(24, 1, 1, 2, generator=torch.Generator().manual_seed(0))
    labels = answers(classifier, images)
    if norm == "l2":
        made = [attack(classifier, images, labels) for attack in (DeepFool(), CW())]
    else:
        made = DeepFoolLinf().run_strengths(classifier, images, labels, [1.0])
        made.append(FAB(eps=64 / 255)(classifier, images, labels))
    sizes = [(each - images).flatten(1).norm(dim=1, p=order) for each in made]
    alone = [size.where(answers(classifier, each) != labels, torch.inf) for each, size in zip(made, sizes, strict=True)]
    found = smallest(classifier, images, labels, norm)
    assert torch.equal(found, torch.minimum(*alone))
    assert (found < alone[0]).any()
    assert (found < alone[1]).any()


def test_where_no_wrong_answer_is_within_reach_there_is_no_distance() -> None:
    model = linear([[[[1.0, 1.0]]], [[[-1.0, -1.0]]]])
    image = torch.full((1, 1, 1, 2), 0.5)
    for norm in ("l2", "linf"):
        assert smallest(model, image, torch.tensor([0]), norm).item() == math.inf  # type: ignore[arg-type]
        assert smallest(model, image, torch.tensor([1]), norm).item() == 0  # type: ignore[arg-type]
