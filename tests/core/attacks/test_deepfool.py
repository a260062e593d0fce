"""DeepFool against torchattacks and foolbox."""

import pytest
import torch
import torchattacks

from core.attacks.deepfool import DeepFool
from core.base.cancellation import CancelScope
from tests.core.attacks.networks import answers, batch, network


def test_deepfool_over_all_classes_agrees_with_torchattacks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.attacks._deepfool_walk.NUDGE", 0.0)
    classifier = network(seed=2)
    images = batch(classifier)[0] * 0.4 + 0.3  # nothing is clipped
    labels = answers(classifier, images)
    labels[0] = (labels[0] + 1) % 10  # one answered wrong already
    with CancelScope() as scope:
        found = DeepFool(classes=10)(classifier, images, labels)
    assert scope.forwards > 2
    expected = torchattacks.DeepFool(classifier.module())(images, labels)
    assert (expected - images).flatten(1).norm(dim=1)[1:].min() > 1e-3
    assert (found - expected).abs().max() <= 1e-5
    assert torch.equal(found[0], images[0])
    assert (answers(classifier, found) != labels).all()


def test_deepfool_agrees_with_foolbox_where_pixels_are_clipped() -> None:
    foolbox = pytest.importorskip("foolbox")
    classifier = network(seed=2)
    images, labels, _ = batch(classifier)
    model = foolbox.PyTorchModel(classifier.module().eval(), bounds=(0, 1), device="cpu")
    theirs = foolbox.attacks.L2DeepFoolAttack(steps=50, candidates=4, overshoot=0.02, loss="logits")
    expected = theirs.run(model, images, foolbox.criteria.Misclassification(labels))
    found = DeepFool(steps=50, classes=4)(classifier, images, labels)
    assert (answers(classifier, found) != labels).all()
    assert (found - expected).abs().max() <= 1e-5


def test_deepfool_among_few_classes_is_hardly_longer() -> None:
    classifier = network(classes=200, seed=2)
    images, labels, _ = batch(classifier)
    full = (DeepFool(classes=200)(classifier, images, labels) - images).flatten(1).norm(dim=1)
    few = (DeepFool(classes=10)(classifier, images, labels) - images).flatten(1).norm(dim=1)
    assert (few <= 1.25 * full).all()
