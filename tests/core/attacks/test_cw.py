"""Carlini and Wagner's attack against foolbox, and on a linear network solved by hand."""

import pytest
import torch

from core.attacks.cw import CW
from core.attacks.deepfool import DeepFool
from core.catalog import load_classifier
from core.contracts.toy_models import linear
from core.images.picture import fit
from core.images.samples import stored_picture
from tests.core.attacks.networks import answers, batch, network


def test_carlini_wagner_finds_what_foolbox_finds_and_nothing_longer() -> None:
    """The library with the authors' many steps; both are searches, so the change may be shorter here."""
    foolbox = pytest.importorskip("foolbox")
    classifier = network(seed=3)
    images, labels, targets = batch(classifier)
    model = foolbox.PyTorchModel(classifier.module().eval(), bounds=(0, 1), device="cpu")
    for kappa, aim in [(0.0, None), (0.1, None), (0.0, targets)]:
        theirs = foolbox.attacks.L2CarliniWagnerAttack(
            binary_search_steps=6, steps=300, stepsize=0.01, confidence=kappa, initial_const=0.01, abort_early=False
        )
        wanted = foolbox.criteria.Misclassification(labels)
        if aim is not None:
            wanted = foolbox.criteria.TargetedMisclassification(aim)
        expected = theirs.run(model, images, wanted)
        found = CW(steps=300, search_steps=6, kappa=kappa)(classifier, images, labels, targets=aim)
        success = expected.flatten(1).norm(dim=1) > 0  # foolbox returns black where it failed, we return the image
        assert success.sum() >= 4
        assert (found != images).flatten(1).any(dim=1)[success].all()
        ours, length = ((each - images)[success].flatten(1).norm(dim=1) for each in (found, expected))
        assert ours.mean() <= 1.05 * length.mean()
        assert ((ours <= 1.25 * length) & (ours >= 0.8 * length)).all()  # each ends in a least change near by


@pytest.mark.parametrize(
    ("key", "set_of"),
    [
        ("mnist_cnn:standard", "mnist"),
        pytest.param("cifar10_resnet20:standard", "cifar10", marks=pytest.mark.slow),
    ],
)
def test_carlini_wagner_finds_smaller_changes_than_deepfool(key: str, set_of: str) -> None:
    """On pictures at whose ends tanh is flat too: digits are black and white."""
    model = load_classifier(key)
    images = torch.stack([fit(stored_picture(f"{set_of}/{place:04}"), model) for place in range(0, 12, 2)])
    answer = model.probabilities(images).argmax(dim=1)
    median = []
    for attack in (CW(search_steps=4), DeepFool()):
        found = attack(model, images, answer)
        assert (model.probabilities(found).argmax(dim=1) != answer).all()
        median.append((found - images).flatten(1).norm(dim=1).median().item())
    assert median[0] <= 0.93 * median[1]


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
