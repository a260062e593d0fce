"""The adversarial explanation against a rendering of the authors' routine, and what is told of it."""

from dataclasses import replace

import pytest
import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from core.contracts.rms_walk import rms
from core.explainers.adversarial_explanation import AdversarialExplanation
from tests.toys import separable, small


def theirs(net: nn.Module, images: Tensor, labels: Tensor, eps: float, overshoot: float, steps: int) -> Tensor:
    """`_adv_images` of main.py at commit ce19735 with encourage_labels, as `explain` calls it."""
    deltas = images.new_zeros(images.size()).requires_grad_()
    for step in range(steps):
        loss = cross_entropy(net(images + deltas), labels, reduction="none")
        grads = -torch.autograd.grad(loss.sum(), deltas)[0].detach()
        follow = (deltas.detach().pow(2).mean((1, 2, 3)) < eps**2).float().view(-1, 1, 1, 1)
        ss = eps * overshoot * (steps - step) / (steps * (steps + 1) / 2)
        sdir = follow * grads + (1 - follow) * -deltas.detach()
        sdir /= 1e-8 + sdir.pow(2).mean((1, 2, 3)).sqrt().view(-1, 1, 1, 1)
        deltas.data.add_(sdir, alpha=ss)
    return deltas.detach()


def test_the_change_is_that_of_the_authors_routine() -> None:
    classifier, (images, labels) = small(), separable(6)
    classifier.net.eval()
    found = AdversarialExplanation(radius=0.05, steps=20)(classifier, images, 1 - labels)
    change = theirs(classifier.net, images, 1 - labels, 0.05, 5.0, 20)
    torch.testing.assert_close(found.values, change.sum(dim=1), rtol=1e-4, atol=1e-5)
    assert found.pictures is not None
    torch.testing.assert_close(found.pictures, (images + change).clamp(0, 1), rtol=1e-4, atol=1e-5)
    torch.testing.assert_close(found.facts["change"], rms(change), rtol=1e-4, atol=1e-5)
    assert (found.facts["change"] < 0.06).all()
    probabilities = classifier.probabilities(found.pictures).gather(1, (1 - labels)[:, None])[:, 0]
    torch.testing.assert_close(found.facts["sure after"], probabilities)
    assert (found.facts["sure after"] > found.facts["sure before"]).all()


def test_towards_another_class() -> None:
    classifier, (images, labels) = small(), separable(6)
    runner_up = AdversarialExplanation(towards="runner_up")(classifier, images, labels)
    assert runner_up.facts["made surer of"].tolist() == (1 - labels).tolist(), "of two classes the other one"
    picked = AdversarialExplanation(towards="picked", picked=1)(classifier, images, labels)
    direct = AdversarialExplanation()(classifier, images, torch.ones(6, dtype=torch.long))
    assert torch.equal(picked.values, direct.values)
    with pytest.raises(ValueError, match="class number from 0 to 1, got 7"):
        AdversarialExplanation(towards="picked", picked=7)(classifier, images, labels)


def test_a_very_sure_network_is_not_without_a_way() -> None:
    """Where log p rounds to 0 the lead stands for it: a network whose scores are times a thousand goes the same way."""
    classifier, (images, _) = small(norm=False), separable(4)
    loud = replace(classifier, net=nn.Sequential(classifier.net, Times(1000.0)), cam_layer="")
    answers = classifier.probabilities(images).argmax(dim=1)
    changes = [AdversarialExplanation(steps=5)(each, images, answers).values for each in (classifier, loud)]
    assert changes[1].abs().amax(dim=(1, 2)).min() > 0
    torch.testing.assert_close(changes[0], changes[1], rtol=1e-2, atol=1e-2)


class Times(nn.Module):
    def __init__(self, factor: float) -> None:
        super().__init__()
        self.factor = factor

    def forward(self, x: Tensor) -> Tensor:
        return x * self.factor
