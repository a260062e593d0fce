"""The numbers that checks tell, where they can be worked out."""

import math

import pytest
import torch
from torch import Tensor
from torch.nn.functional import cosine_similarity

from core.contracts.ascend import ascend
from core.contracts.attack_loss import label_loss
from core.gradient_masking.checklist import carried_out
from core.gradient_masking.checks.local_linearity import forecast
from core.gradient_masking.walk import STEPS, held_by, walk
from tests.core.gradient_masking.subjects import of, planted


def squares(images: Tensor) -> Tensor:
    return images.flatten(1).square().sum(dim=1)


def test_tiny_noise_changes_a_lead_of_x_by_its_mean_size_over_x() -> None:
    """E |u| = 2/255 for u from U(-1/2, 1/2) 8/255; a lead of 3 x changes by 2/255 / x of itself, x around a half."""
    subject = of(planted(lambda x: 3 * x.flatten(1).sum(dim=1), 1), 0.1)
    expected = float((2 / 255 / subject.images.flatten()).mean())
    found = carried_out("unstable", subject).values["relative_change"]["value"]
    assert found == pytest.approx(expected, rel=0.03)


def test_the_cosine_is_that_of_neighbouring_gradients() -> None:
    """The gradient of a score of |x|^2 is along x, so the cosine is that of x and x + noise."""
    subject = of(planted(lambda x: 1 + squares(x), 2), 64 / 255)
    flat = subject.images.flatten(1)
    generator = torch.Generator().manual_seed(9)
    noise = (torch.rand(200, *flat.shape, generator=generator) * 2 - 1) * 64 / 255
    expected = float(cosine_similarity(flat.expand_as(noise), flat + noise, dim=2).mean())
    assert expected < 0.98
    found = carried_out("gradient_agreement", subject).values["cosine"]["value"]
    assert found == pytest.approx(expected, abs=0.005)


def test_the_bend_is_that_of_the_formula() -> None:
    """A lead of 20 + |x|^2 is past saturation: the loss is -|x|^2, lambda -2, g -2 x; bend n eps / (2 sum x)."""
    subject = of(planted(lambda x: 20 + squares(x)), 32 / 255)
    values = carried_out("curvature", subject).values
    assert values["median"] == pytest.approx(-2, rel=1e-4)
    wanted = (16 * 32 / 255 / (2 * subject.images.flatten(1).sum(dim=1).double())).log().mean().exp()
    assert values["bend"]["value"] == pytest.approx(float(wanted), rel=1e-4)


def test_a_walk_is_pgd_told_step_by_step() -> None:
    classifier = planted(lambda x: 20 * (x.flatten(1).mean(dim=1) - 0.45))
    images = torch.full((3, 1, 4, 4), 0.5)
    images[1] += 0.02
    images[2] += 0.2
    labels, eps = torch.zeros(3).long(), 0.08
    found = walk(classifier, images, labels, eps, "careful", images)
    assert found.held.tolist() == found.held_later.tolist() == [False, False, True]
    assert found.wrong.shape == found.loss.shape == (2 * STEPS, 3)
    # each step moves the mean by 0.008: the answer is wrong after 0.05 and 0.07, that is from point 7 and 9
    assert [int(column.nonzero()[0]) for column in found.wrong.T[:2]] == [7, 9]
    last = ascend(lambda x: label_loss(classifier(x), labels), images, eps=eps, step=eps / 10, steps=STEPS)
    assert torch.allclose(label_loss(classifier(last), labels), found.loss[STEPS])
    one = held_by(classifier, images, labels, 0.06, "textbook", 1)
    assert one.tolist() == [False, True, True]


def test_averaging_finds_the_way_that_single_gradients_lose() -> None:
    """Every pass adds a large random slope that no value follows: the mean of many finds the way."""

    def score(images: Tensor) -> Tensor:
        flat = images.flatten(1)
        noise = torch.randn(flat.shape)
        return 8 * (flat.mean(dim=1) - 0.42) + 3 * (noise * (flat - flat.detach())).sum(dim=1) + 1e-2 * noise[:, 0]

    subject = of(planted(score), 32 / 255)
    values = carried_out("randomness", subject).values
    assert values["differ"]["hits"] == subject.count
    assert values["averaging_takes_more"]["value"] > 0.1
    assert math.isclose(
        values["averaging_takes_more"]["value"],
        values["right_after_single_gradients"]["value"] - values["right_after_averaged_gradients"]["value"],
        abs_tol=1e-9,
    )


def test_a_gradient_that_promises_too_much_has_a_gamma_too() -> None:
    """L = x - 2 x^2 at 0 promises 0.5 within 0.5 and gives 0: gamma is 2 * 0.25; at d = -0.5 it is as much."""
    zero = torch.zeros(1, 1, 1, 1)
    found = forecast(lambda x: (x - 2 * x.square()).flatten(), zero, 0.5, zero + 0.1)
    assert found.gamma.item() == pytest.approx(0.5, abs=1e-4)
    assert found.rise.item() == pytest.approx(0.125, abs=0.01)
    assert found.promised.item() == pytest.approx(0.25, abs=0.13)


def test_a_gradient_at_one_pixel_is_a_gradient() -> None:
    subject = of(planted(lambda x: 3 * x[:, 0, 0, 0]), 0.1)
    assert carried_out("zero_gradients", subject).values["textbook"]["hits"] == 0
    level = of(planted(lambda x: 3 + 0 * x[:, 0, 0, 0]), 0.1)
    found = carried_out("zero_gradients", level)
    assert found.verdict == "fail"
    assert found.values["textbook"]["hits"] == found.values["careful"]["hits"] == 100


def test_rough_scores_mask_nothing_where_attacks_succeed_anyway() -> None:
    """Leads so small that tiny noise changes them much, and an attack turns every one of them."""
    found = carried_out("unstable", of(planted(lambda x: 3 * (x.flatten(1).sum(dim=1) - 0.48), 1), 0.2))
    assert found.values["relative_change"]["interval_95"][0] > 0.1
    assert found.verdict == "pass"
    assert "nothing is masked" in found.said
