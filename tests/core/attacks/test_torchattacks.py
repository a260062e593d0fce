"""A network lent to torchattacks: what the library does to it stays there."""

import math

import torch
from torch import Tensor

from core.attacks._torchattacks import borrowed
from core.attacks.square import Square
from core.base.cancellation import CancelScope
from tests.core.attacks.networks import EPS, batch, network


def test_what_the_library_writes_into_logits_stays_with_it() -> None:
    classifier = network()
    images, labels, _ = batch(classifier)
    seen: list[Tensor] = []
    with CancelScope(watcher=lambda _images, logits: seen.append(logits)):
        Square(eps=EPS, queries=5)(classifier, images, labels)
    assert all(torch.isfinite(logits).all() for logits in seen)


def test_a_borrowed_network_shares_nothing() -> None:
    classifier = network()
    with classifier.frozen():
        module = borrowed(classifier)
    addresses = {weight.data_ptr() for weight in classifier.net.parameters()}
    assert addresses.isdisjoint(weight.data_ptr() for weight in module.parameters())
    assert not any(weight.requires_grad for weight in module.parameters())
    assert math.isclose(float((module(torch.ones(1, 3, 16, 16)) - classifier(torch.ones(1, 3, 16, 16))).abs().max()), 0)
