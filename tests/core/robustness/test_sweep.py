"""A sweep finds what attacking every image at every strength finds, each strength together with the weaker ones."""

import math
from dataclasses import replace

import pytest
import torch
from torch import Tensor, nn

from core.attacks.bim import BIM
from core.attacks.cw import CW
from core.attacks.deepfool import DeepFool
from core.attacks.fgsm import FGSM
from core.attacks.one_pixel import OnePixel
from core.attacks.pgd_l2 import PGDL2
from core.attacks.square import Square
from core.contracts.attack import Attack
from core.contracts.classifier import Classifier
from core.robustness.sweep import WRONG, sweep

LINF, L2 = [2 / 255, 6 / 255, 12 / 255, 24 / 255], [0.05, 0.2, 0.6, 1.5]


@pytest.fixture(scope="module")
def model() -> Classifier:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(1)
        net = nn.Sequential(nn.Conv2d(1, 6, 3, padding=1), nn.Tanh(), nn.Flatten(), nn.Linear(6 * 64, 5))
    return Classifier(net, tuple("abcde"), (1, 8, 8))


@pytest.fixture(scope="module")
def images() -> Tensor:
    return torch.rand(24, 1, 8, 8, generator=torch.Generator().manual_seed(2))


@pytest.fixture(scope="module")
def labels(model: Classifier, images: Tensor) -> Tensor:
    """The model's answers, but every sixth image is one that it gets wrong."""
    answers = model.probabilities(images).argmax(dim=1)
    return torch.where(torch.arange(24) % 6 == 5, (answers + 1) % 5, answers)


@pytest.mark.parametrize(
    "attack", [FGSM(), BIM(steps=4), PGDL2(steps=5, random_start=False)], ids=lambda each: each.key
)
def test_like_a_loop_over_everything(attack: Attack, model: Classifier, images: Tensor, labels: Tensor) -> None:
    strengths = LINF if attack.norm == math.inf else L2
    swept = sweep(model, images, labels, attack, strengths)
    right = model.probabilities(images).argmax(dim=1) == labels
    fell = torch.where(right, len(strengths), WRONG)
    for place in reversed(range(len(strengths))):
        step = {"step": attack.step * strengths[place] / attack.bound} if hasattr(attack, "step") else {}
        one = replace(attack, eps=strengths[place], **step)  # type: ignore[call-arg]
        wrong = model.probabilities(one(model, images, labels)).argmax(dim=1) != labels
        fell[wrong & right] = place
    assert swept.fell.tolist() == fell.tolist()
    assert len(set(fell.tolist())) > 3, "images fall at several strengths, some not at all"
    assert swept.naive == int(right.sum()) * len(strengths)
    held = [int(((swept.fell >= place) & right).sum()) for place in range(len(strengths))]
    assert swept.made == (int(right.sum()) if attack.one_pass else sum(held))
    assert not swept.flat.any()


def test_answers_and_confidence_are_those_of_the_image_that_fooled_it(
    model: Classifier, images: Tensor, labels: Tensor
) -> None:
    swept = sweep(model, images, labels, FGSM(), LINF)
    for place, eps in enumerate(LINF):
        made = model.probabilities(FGSM(eps=eps)(model, images, labels))
        fallen, standing = swept.fell == place, swept.fell > place
        assert torch.equal(swept.answers[fallen], made.argmax(dim=1)[fallen])
        assert torch.allclose(swept.confidence[place][fallen | standing], made.max(dim=1).values[fallen | standing])
    first = swept.fell == 0
    assert torch.equal(swept.confidence[3][first], swept.confidence[0][first]), "what fooled it once is not tried again"
    assert torch.equal(swept.answers[swept.fell == len(LINF)], labels[swept.fell == len(LINF)])
    wrong = swept.fell == WRONG
    assert torch.equal(swept.answers[wrong], model.probabilities(images).argmax(dim=1)[wrong])


@pytest.mark.parametrize("attack", [DeepFool(), CW(steps=20, search_steps=2)], ids=lambda each: each.key)
def test_the_smallest_change_is_looked_for_once(
    attack: Attack, model: Classifier, images: Tensor, labels: Tensor
) -> None:
    swept = sweep(model, images, labels, attack, L2)
    made = attack(model, images, labels)
    far = (made - images).flatten(1).norm(dim=1)
    fooled = model.probabilities(made).argmax(dim=1) != labels
    for image in (swept.fell != WRONG).nonzero()[:, 0].tolist():
        wanted = next((place for place, eps in enumerate(L2) if fooled[image] and far[image] <= eps), len(L2))
        assert swept.fell[image] == wanted
    assert swept.made * len(L2) == swept.naive
    held = swept.fell == len(L2)
    assert torch.allclose(swept.confidence[-1][held], model.probabilities(images).max(dim=1).values[held])


def test_only_what_others_have_left(model: Classifier, images: Tensor, labels: Tensor) -> None:
    below = torch.arange(24) % (len(LINF) + 1)
    alone = sweep(model, images, labels, BIM(steps=4), LINF)
    swept = sweep(model, images, labels, BIM(steps=4), LINF, below=below)
    expected = torch.where((alone.fell < below) | (alone.fell == WRONG), alone.fell, len(LINF))
    assert swept.fell.tolist() == expected.tolist()
    assert swept.made < alone.made


def test_no_gradient_is_counted_and_an_attack_that_needs_none_is_not(images: Tensor) -> None:
    class Steps(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.inner = nn.Linear(64, 2)

        def forward(self, inputs: Tensor) -> Tensor:
            return self.inner((4 * inputs).round().flatten(1))  # type: ignore[no-any-return]

    model = Classifier(Steps(), ("a", "b"), (1, 8, 8))
    labels = model.probabilities(images).argmax(dim=1)
    assert sweep(model, images, labels, FGSM(), LINF).flat.all()
    assert not sweep(model, images, labels, Square(queries=2), LINF).flat.any()


def test_an_attack_that_counts_pixels_has_no_such_strengths(model: Classifier, images: Tensor, labels: Tensor) -> None:
    with pytest.raises(ValueError, match="in no norm that strengths are told in"):
        sweep(model, images, labels, OnePixel(), LINF)
