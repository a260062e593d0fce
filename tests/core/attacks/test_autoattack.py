"""AutoAttack against torchattacks: its parts, their order and what it says of them."""

from typing import Any

import pytest
import torch
import torchattacks

from core.attacks.autoattack import AutoAttack
from core.contracts.classifier import Classifier
from tests.core.attacks.networks import EPS, answers, batch, network


def ensemble(classifier: Classifier, eps: float) -> Any:
    """The library's, with Square's schedule as its authors publish it: not squeezed into the queries there are."""
    found = torchattacks.AutoAttack(classifier.module(), eps=eps, seed=3)
    found._autoattack.attacks[3].rescale_schedule = False
    return found


def test_autoattack_is_the_librarys_at_its_ten_steps() -> None:
    classifier = network()
    images, labels, _ = batch(classifier, 12)
    eps = 1.6 / 255  # some fall to the first part, some withstand all four
    expected = ensemble(classifier, eps)(images, labels)
    found = AutoAttack(eps=eps, steps=10, queries=5000)(classifier, images, labels, seed=3)
    fallen = answers(classifier, expected) != labels
    assert 0 < fallen.sum() < 12
    assert torch.equal(found, expected)


def test_autoattack_is_made_of_the_librarys_parts() -> None:
    def facts(attack: Any) -> dict[str, Any]:
        plain = {name: value for name, value in vars(attack).items() if isinstance(value, str | bool | int | float)}
        return plain | {"steps": 0}

    classifier = network(30)
    theirs = ensemble(classifier, EPS)._autoattack.attacks
    ours = [make(classifier.module(), 3) for make in AutoAttack(eps=EPS)._parts(30).values()]
    assert [facts(attack) for attack in ours] == [facts(attack) for attack in theirs]
    assert [attack.steps for attack in ours[:3]] == [100, 100, 100]


def test_autoattack_says_what_it_ran() -> None:
    standard = AutoAttack()
    order = "Runs in this order and stops at the first success:"
    assert standard.describe(network(10)) == f"{order} APGD-CE, APGD-T, FAB-T, Square."
    assert standard.describe(network(4)) == f"{order} APGD-CE, APGD-T, FAB-T, Square."
    for classes in (2, 3):
        said = standard.describe(network(classes))
        assert said.startswith(f"{order} APGD-CE, FAB, Square;")
        assert "AutoAttack" not in said
    assert "20 steps and 50 queries" in AutoAttack(steps=20, queries=50).describe(network(10))


@pytest.mark.parametrize("classes", [2, 3, 4, 11])
def test_autoattack_runs_whatever_the_number_of_classes(classes: int) -> None:
    classifier = network(classes)
    images, labels, _ = batch(classifier)
    strong = AutoAttack(eps=EPS, steps=5, queries=20)(classifier, images, labels)
    assert (answers(classifier, strong) != labels).any()
    weak = AutoAttack(eps=1e-6, steps=5, queries=20)(classifier, images, labels)  # every part runs, none succeeds
    assert torch.equal(weak, images)
