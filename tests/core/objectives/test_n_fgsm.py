"""N-FGSM: its attack by hand and as the authors' code computes it; it leaves the ball, and says how far it goes."""

import pytest
import torch
from torch import Tensor
from torch.nn.functional import cross_entropy

from core.base.cancellation import CancelScope
from core.classifiers import mnist_cnn
from core.contracts.batch import stream
from core.contracts.toy_models import linear
from core.objectives.n_fgsm import NFGSM
from tests.toys import draw, separable, small, whole


def test_by_hand_on_a_linear_model() -> None:
    """Logits (x_0 - x_1, 0), label 0: the loss rises where x_0 falls and x_1 rises, wherever the noise led.

    Pixels 0.5 and 0.95; eps 0.1, k 2. The noise within 0.2 is clipped to [0, 1] before the step of 0.1 and after it.
    """
    model = linear([[[[1.0, -1.0]]], [[[0.0, 0.0]]]])
    images = torch.tensor([[[[0.5, 0.95]]]]).expand(200, 1, 1, 2)
    labels = torch.zeros(200, dtype=torch.long)
    noise = torch.empty(200, 1, 1, 2).uniform_(-0.2, 0.2, generator=torch.Generator().manual_seed(stream(7, "start")))
    left, right = (images + noise)[:, 0, 0].unbind(dim=1)
    wanted = torch.stack([left - 0.1, right.clamp(max=1.0).add(0.1).clamp(max=1.0)], dim=1)
    objective = NFGSM(eps=0.1)
    found = objective.attack(model, whole(images, labels, seed=7))
    torch.testing.assert_close(found[:, 0, 0], wanted)
    change = (found - images)[:, 0, 0]
    assert objective.reach == pytest.approx(0.3)
    assert change.min() < -0.29  # beyond eps, which nothing clips it to
    assert change[:, 0].max() > 0.09
    assert found.max() == 1


def test_the_attack_is_the_authors() -> None:
    """The operations of train.py of github:pdejorge/N-FGSM, commit 0a9e4f0, in images from 0 to 1."""
    classifier = mnist_cnn.fresh(2)
    classifier.net.double()
    images, labels = draw(6, 1, 28, 28).double(), torch.arange(6)
    found = NFGSM(eps=0.05, k=1.5, step_ratio=1.25).attack(classifier, whole(images, labels, seed=4))
    eta = torch.empty(images.shape).uniform_(-0.075, 0.075, generator=torch.Generator().manual_seed(stream(4, "start")))
    eta = torch.max(torch.min(eta.double(), 1 - images), 0 - images).requires_grad_(True)
    (grad,) = torch.autograd.grad(cross_entropy(classifier(images + eta), labels), eta)
    delta = eta.detach() + 0.0625 * grad.sign()
    delta = torch.max(torch.min(delta, 1 - images), 0 - images)
    torch.testing.assert_close(found, images + delta)
    assert 0.13 < (found - images).abs().max() <= 0.1375 + 1e-9


def test_one_step_in_training_mode_and_the_loss_is_that_of_the_attacked_images() -> None:
    classifier = small()
    classifier.net.train()
    seen: list[tuple[bool, Tensor]] = []
    images, labels = separable(8)
    with CancelScope(watcher=lambda batch, _: seen.append((classifier.net.training, batch.clone()))) as scope:
        loss, parts = NFGSM(eps=0.1)(classifier, whole(images, labels))
    assert [mode for mode, _ in seen] == [True, True]
    assert scope.evaluations == 8 * 2
    assert parts == {"adversarial": loss.item()}
    wanted = cross_entropy(classifier(seen[1][1]), labels)
    assert loss.item() == pytest.approx(wanted.item(), rel=1e-5)
