"""Attacks against torchattacks, one test for several of them: gradient steps, targets, Square and OnePixel."""

from typing import Any

import numpy as np
import pytest
import torch
import torchattacks

from core.attacks.apgd import APGD
from core.attacks.bim import BIM
from core.attacks.di_fgsm import DIFGSM
from core.attacks.fab import FAB
from core.attacks.fgsm import FGSM
from core.attacks.mi_fgsm import MIFGSM
from core.attacks.one_pixel import OnePixel
from core.attacks.pgd import PGD
from core.attacks.pgd_l2 import PGDL2
from core.attacks.square import Square
from core.attacks.ti_fgsm import TIFGSM
from core.base.cancellation import CancelScope
from core.contracts.attack import Attack
from tests.core.attacks.networks import EPS, STEP, answers, batch, network

PAIRS: list[tuple[Attack, Any, dict[str, Any]]] = [
    (FGSM(eps=EPS), torchattacks.FGSM, {"eps": EPS}),
    (BIM(eps=EPS, step=STEP, steps=7), torchattacks.BIM, {"eps": EPS, "alpha": STEP, "steps": 7}),
    (PGD(eps=EPS, step=STEP, steps=7), torchattacks.PGD, {"eps": EPS, "alpha": STEP, "steps": 7}),
    (
        PGDL2(eps=0.5, step=0.1, steps=7),
        torchattacks.PGDL2,
        {"eps": 0.5, "alpha": 0.1, "steps": 7, "eps_for_division": 1e-10},
    ),
    (
        MIFGSM(eps=EPS, step=STEP, steps=7, decay=0.9),
        torchattacks.MIFGSM,
        {"eps": EPS, "alpha": STEP, "steps": 7, "decay": 0.9},
    ),
    (
        DIFGSM(eps=EPS, step=STEP, steps=7, decay=0.9, probability=0.6, resize_rate=0.6),
        torchattacks.DIFGSM,
        {"eps": EPS, "alpha": STEP, "steps": 7, "decay": 0.9, "diversity_prob": 0.6, "resize_rate": 0.6},
    ),
    (
        TIFGSM(eps=EPS, step=STEP, steps=7, decay=0.9, radius=7),
        torchattacks.TIFGSM,
        {"eps": EPS, "alpha": STEP, "steps": 7, "decay": 0.9, "diversity_prob": 0.0, "len_kernel": 15},
    ),
]


@pytest.mark.parametrize("aimed", [False, True], ids=["untargeted", "targeted"])
@pytest.mark.parametrize(("ours", "theirs", "settings"), [pytest.param(*pair, id=pair[0].key) for pair in PAIRS])
def test_gradient_steps_agree(ours: Attack, theirs: Any, settings: dict[str, Any], aimed: bool) -> None:
    classifier = network()
    images, labels, targets = batch(classifier)
    library = theirs(classifier.module(), **settings)
    if aimed:
        library.set_mode_targeted_by_function(lambda _images, _labels: targets)
    torch.manual_seed(3)  # a torch.Generator with the seed 3 draws the same numbers
    expected = library(images, labels)
    found = ours(classifier, images, labels, targets=targets if aimed else None, seed=3)
    assert (expected - images).abs().max() > 0.01
    assert (found - expected).abs().max() <= 1e-6


@pytest.mark.parametrize(
    "attack",
    [APGD(eps=0.2), APGD(eps=0.2, loss="dlr"), Square(eps=0.2, queries=400), FAB(eps=0.2)],
    ids=["apgd-ce", "apgd-dlr", "square", "fab"],
)
def test_targets_are_reached_and_not_mixed_up(attack: Attack) -> None:
    """In a batch whose second image has the target for its answer already, and whose third is answered wrong."""
    classifier = network(seed=5)
    images, labels, targets = batch(classifier)
    targets[1] = labels[1]
    labels[2] = (labels[2] + 5) % 10
    targets[2] = (labels[2] + 2) % 10
    found = attack(classifier, images, labels, targets=targets)
    assert answers(classifier, found).tolist() == targets.tolist()


def test_square_agrees_where_it_succeeds() -> None:
    classifier = network()
    images, labels, _ = batch(classifier)
    expected = torchattacks.Square(classifier.module(), eps=EPS, n_queries=300, seed=3)(images, labels)
    found = Square(eps=EPS, queries=300)(classifier, images, labels, seed=3)
    success = answers(classifier, expected) != labels
    assert success.sum() >= 4
    assert torch.equal(found[success], expected[success])


@pytest.mark.parametrize("aimed", [False, True], ids=["untargeted", "targeted"])
def test_one_pixel_agrees(aimed: bool) -> None:
    classifier = network()
    images, labels, targets = batch(classifier, 2)
    library = torchattacks.OnePixel(classifier.module(), pixels=2, steps=5, popsize=20)
    if aimed:
        library.set_mode_targeted_by_function(lambda _images, _labels: targets)
    with CancelScope() as scope:
        ours = OnePixel(pixels=2, steps=5, population=20)
        found = ours(classifier, images, labels, targets=targets if aimed else None, seed=3)
    np.random.seed(3)
    with CancelScope() as theirs:
        expected = library(images, labels)
    assert torch.equal(found, expected)
    assert scope.queries == theirs.queries
