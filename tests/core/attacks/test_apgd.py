"""APGD against torchattacks, and on a linear network solved by hand."""

import pytest
import torch
import torchattacks

from core.attacks.apgd import APGD, aimed_ratio
from core.contracts.toy_models import linear
from tests.core.attacks.networks import EPS, answers, batch, network


@pytest.mark.parametrize("loss", ["ce", "dlr"])
def test_apgd_agrees_where_it_succeeds(loss: str) -> None:
    classifier = network()
    images, labels, _ = batch(classifier)
    expected = torchattacks.APGD(classifier.module(), eps=EPS, steps=20, loss=loss, seed=3)(images, labels)
    found = APGD(eps=EPS, steps=20, loss=loss)(classifier, images, labels, seed=3)
    success = answers(classifier, expected) != labels
    assert success.sum() >= 4
    assert (found - expected)[success].abs().max() <= 1e-6
    assert (answers(classifier, found) != labels).tolist() == success.tolist()


def test_apgd_that_fails_returns_the_highest_loss() -> None:
    classifier = linear([[[[3.0, -4.0]]], [[[0.0, 0.0]]]])
    image = torch.tensor([[[[0.9, 0.1]]]])
    found = APGD(eps=0.125, steps=20)(classifier, image, torch.tensor([0]))
    assert torch.allclose(found, torch.tensor([[[[0.775, 0.225]]]]))


def test_apgd_ratio_is_the_librarys_while_the_label_leads() -> None:
    logits = torch.randn(50, 7, generator=torch.Generator().manual_seed(0))
    labels = logits.argmax(dim=1)
    targets = (labels + 1 + torch.arange(50) % 6) % 7
    library = torchattacks.APGDT(network().module())
    assert torch.allclose(aimed_ratio(logits, targets), library.dlr_loss_targeted(logits, labels, targets))


def test_apgd_needs_enough_classes_for_its_ratio() -> None:
    classifier, image, label = network(classes=3), torch.rand(1, 3, 16, 16), torch.tensor([0])
    APGD(loss="dlr", steps=2)(classifier, image, label)
    with pytest.raises(ValueError, match="4 classes"):
        APGD(loss="dlr", steps=2)(classifier, image, label, targets=torch.tensor([1]))
