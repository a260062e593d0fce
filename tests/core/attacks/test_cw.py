"""Carlini and Wagner's attack against foolbox, and on a linear network solved by hand."""

import pytest
import torch

from core.attacks.cw import CW
from core.contracts.toy_models import linear
from tests.core.attacks.networks import answers, batch, network


def test_carlini_wagner_agrees_with_foolbox() -> None:
    foolbox = pytest.importorskip("foolbox")
    classifier = network(seed=3)
    images, labels, targets = batch(classifier)
    model = foolbox.PyTorchModel(classifier.module().eval(), bounds=(0, 1), device="cpu")
    for kappa, aim in [(0.0, None), (0.1, None), (0.0, targets)]:
        theirs = foolbox.attacks.L2CarliniWagnerAttack(
            binary_search_steps=4, steps=40, stepsize=0.01, confidence=kappa, initial_const=0.01, abort_early=False
        )
        wanted = foolbox.criteria.Misclassification(labels)
        if aim is not None:
            wanted = foolbox.criteria.TargetedMisclassification(aim)
        expected = theirs.run(model, images, wanted)
        ours = CW(steps=40, search_steps=4, lr=0.01, kappa=kappa, c=0.01)
        found = ours(classifier, images, labels, targets=aim)
        success = expected.flatten(1).norm(dim=1) > 0  # foolbox returns black where it failed, we return the image
        assert success.sum() >= 4
        assert (found - expected)[success].abs().max() <= 1e-4
        assert torch.equal(found[~success], images[~success])


def test_carlini_wagner_searches_for_each_image_by_itself() -> None:
    """Linear with two classes: the least distance is score / |w|; a c that suits one image does not suit the other."""
    weight = torch.zeros(2, 1, 4, 4)
    weight[0] = torch.tensor([1.0, -2.0, 3.0, -4.0])
    classifier = linear(weight.tolist())
    images = 0.5 + weight[:1].repeat(2, 1, 1, 1) * torch.tensor([0.045, 0.09]).view(2, 1, 1, 1)
    labels = torch.tensor([0, 0])
    exact = (classifier(images)[:, 0] / weight[0].norm()).detach()
    found = CW(steps=200, search_steps=6)(classifier, images, labels)
    length = (found - images).flatten(1).norm(dim=1)
    assert (answers(classifier, found) == 1).all()
    assert (length >= exact - 1e-5).all()
    assert (length <= 1.02 * exact).all()


def test_carlini_wagner_in_the_target_class_or_not_at_all() -> None:
    """The library's targeted mode returns any wrong answer; here it is the target or the clean image."""
    classifier = network(seed=4)
    images, labels, targets = batch(classifier)
    found = CW(steps=10, search_steps=3)(classifier, images, labels, targets=targets)
    moved = (found != images).flatten(1).any(dim=1)
    assert (answers(classifier, found)[moved] == targets[moved]).all()
