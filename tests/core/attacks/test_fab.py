"""FAB against torchattacks, and on a linear network solved by hand."""

import pytest
import torch
import torchattacks

from core.attacks.fab import FAB
from core.contracts.toy_models import linear
from tests.core.attacks.networks import EPS, answers, batch, network


def test_fab_agrees() -> None:
    classifier = network()
    images, labels, _ = batch(classifier)
    expected = torchattacks.FAB(classifier.module(), eps=EPS, steps=10, seed=3)(images, labels)
    found = FAB(eps=EPS, steps=10, classes=10)(classifier, images, labels, seed=3)
    assert (answers(classifier, expected) != labels).all()
    assert torch.equal(found, expected)
    few = FAB(eps=EPS, steps=10, classes=9)(classifier, images, labels, seed=3)  # all but the least likely
    assert (few - expected).abs().max() <= 1e-5


def test_fab_finds_the_nearest_and_the_chosen_boundary() -> None:
    """Linear: the L-infinity distance to the boundary with class k is (z_y - z_k) / |w_y - w_k|_1."""
    rows = 2 * torch.eye(4)[:3]
    classifier = linear(rows.view(3, 1, 2, 2).tolist())
    image = torch.tensor([[[[0.6, 0.45], [0.4, 0.5]]]])
    scores = rows @ image.flatten()
    exact = [(scores[0] - scores[k]).item() / (rows[0] - rows[k]).abs().sum().item() for k in (1, 2)]
    label = torch.tensor([0])
    free = FAB(eps=0.25, steps=30)(classifier, image, label)
    assert (free - image).abs().max().item() == pytest.approx(min(exact), rel=0.06)
    for k in (1, 2):
        found = FAB(eps=0.25, steps=30)(classifier, image, label, targets=torch.tensor([k]))
        assert answers(classifier, found).item() == k
        assert (found - image).abs().max().item() == pytest.approx(exact[k - 1], rel=0.06)
