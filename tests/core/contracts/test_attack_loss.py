"""What attacks raise: cross-entropy as it is, and a slope where it has none any more."""

import math
from dataclasses import replace

import pytest
import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from core.attacks.apgd import APGD
from core.attacks.fgsm import FGSM
from core.attacks.one_pixel import OnePixel
from core.attacks.pgd import PGD
from core.attacks.pgd_l2 import PGDL2
from core.attacks.square import Square
from core.catalog import load_classifier
from core.contracts.attack import Attack
from core.contracts.attack_loss import label_loss, without_gradient
from core.contracts.classifier import Classifier
from core.contracts.interfaces import Images
from core.evaluation.accuracy import untried
from core.images.picture import fit
from core.images.samples import stored_picture
from core.study.attack_record import attack
from core.study.words import verdict


class Times(nn.Module):
    """A network with its scores multiplied: the same answers, and nothing left of the cross-entropy's gradient."""

    def __init__(self, net: nn.Module, factor: float) -> None:
        super().__init__()
        self.net, self.factor = net, factor

    def forward(self, images: Tensor) -> Tensor:
        scores: Tensor = self.net(images)
        return scores * self.factor


class Stairs(nn.Module):
    """A network that sees pixels rounded: its gradient is zero everywhere, though its answers change."""

    def __init__(self, net: nn.Module) -> None:
        super().__init__()
        self.net = net

    def forward(self, images: Tensor) -> Tensor:
        scores: Tensor = self.net((images * 8).round() / 8)
        return scores


def test_where_the_label_does_not_lead_by_far_it_is_the_cross_entropy() -> None:
    logits, labels = 3 * torch.randn(200, 10, generator=torch.Generator().manual_seed(0)), torch.arange(200) % 10
    torch.testing.assert_close(label_loss(logits, labels), cross_entropy(logits, labels, reduction="none"))


@pytest.mark.parametrize("lead", [8.0, 12.0, 17.0, 30.0])
def test_it_rises_along_the_gradient_that_the_cross_entropy_has_in_more_digits(lead: float) -> None:
    logits = torch.tensor([[lead, 0.0, -1.0]], requires_grad=True)
    more = logits.detach().double().requires_grad_()
    labels = torch.tensor([0])
    (found,) = torch.autograd.grad(label_loss(logits, labels).sum(), logits)
    (exact,) = torch.autograd.grad(cross_entropy(more, labels), more)
    torch.testing.assert_close(found / found.norm(), (exact / exact.norm()).float(), atol=1e-3, rtol=1e-3)


def test_it_falls_without_a_step_as_the_lead_grows() -> None:
    leads = torch.linspace(-5, 60, 500)
    values = label_loss(torch.stack([leads, torch.zeros(500)], dim=1), torch.zeros(500, dtype=torch.long))
    falls = -values.diff()
    assert (falls > 0).all()
    assert falls.max() < 1.01 * (leads[1] - leads[0])


@pytest.mark.parametrize("method", [FGSM(), PGD(steps=5), PGDL2(steps=5), APGD(steps=10)], ids=lambda each: each.key)
def test_a_network_that_multiplies_its_scores_is_fooled_like_the_one_that_does_not(method: Attack) -> None:
    plain = load_classifier("cifar10_resnet20:standard")
    hot = replace(plain, net=Times(plain.net, 100.0))
    image = fit(stored_picture("cifar10/0000"), plain)[None]
    answer = plain.probabilities(image).argmax(dim=1)
    for model in (plain, hot):
        assert model.probabilities(method(model, image, answer)).argmax(dim=1) != answer


def test_one_pixel_searches_the_same_whatever_the_scale_of_the_scores() -> None:
    plain = load_classifier("mnist_cnn:standard")
    hot = replace(plain, net=Times(plain.net, 100.0))
    image = fit(stored_picture("mnist/0000"), plain)[None]
    method, answer = OnePixel(steps=3, population=20), plain.probabilities(image).argmax(dim=1)
    lead = [plain(method(model, image, answer))[0, answer].item() for model in (plain, hot)]
    assert all(each < plain(image)[0, answer].item() for each in lead)


@pytest.mark.parametrize(("norm", "bound"), [(math.inf, 8 / 255), (math.inf, math.inf), (2, 0.5), (0, 1.0)])
def test_no_gradient_is_told_from_one(norm: float, bound: float) -> None:
    plain = load_classifier("mnist_cnn:standard")
    image = fit(stored_picture("mnist/0000"), plain)[None]
    answer = plain.probabilities(image).argmax(dim=1)

    def flat(model: Classifier) -> bool:
        return bool(without_gradient(model, image, answer, norm, bound))

    assert not flat(plain)
    assert not flat(replace(plain, net=Times(plain.net, 100.0)))
    assert flat(replace(plain, net=Stairs(plain.net)))


def test_a_study_says_so_and_does_not_say_that_the_model_held() -> None:
    plain = load_classifier("mnist_cnn:standard")
    stairs = replace(plain, net=Stairs(plain.net))
    image = fit(stored_picture("mnist/0000"), plain)
    attacked = attack(stairs, PGD(steps=3, step=0.5 / 255, eps=1 / 255), image)
    assert not attacked.gradient
    assert not attacked.held
    assert "no gradient" in " ".join(verdict(attacked, PGD(), plain.labels))
    assert "held" not in " ".join(verdict(attacked, PGD(), plain.labels))
    assert attack(stairs, Square(queries=5, eps=1 / 255), image).gradient
    assert attack(plain, PGD(steps=1, step=0.5 / 255, eps=0.5 / 255), image).held
    data = Images((image[None] * 255).byte(), torch.tensor([attacked.before.top]), plain.labels)
    right = torch.tensor([True])
    assert [untried(each, data, right, PGD()) for each in (plain, stairs)] == [0, 1]
    assert untried(stairs, data, right, Square()) == 0
