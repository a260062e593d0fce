"""AutoAttack against torchattacks: its parts, their order and what it says of them."""

import sys
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


@pytest.mark.slow
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


@pytest.fixture
def theirs(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The authors' own package (torchattacks brings it), with the one function that torch no longer has."""

    def zero_gradients(images: Any) -> None:
        if isinstance(images, torch.Tensor) and images.grad is not None:
            images.grad.zero_()

    monkeypatch.setattr(sys.modules["torch.autograd.gradcheck"], "zero_gradients", zero_gradients, raising=False)
    return pytest.importorskip("autoattack").AutoAttack


def test_versions_are_those_of_the_authors_code(theirs: Any) -> None:
    """Order, restarts, passes averaged over and target classes."""
    for version in ("standard", "plus", "rand"):
        model = network(12).module()
        reference = theirs(model, norm="Linf", eps=EPS, version=version, device="cpu", verbose=False)
        made = AutoAttack(eps=EPS, version=version)._parts(12)
        ours = {name.lower(): make(model, 0) for name, make in made.items()}
        assert list(ours) == reference.attacks_to_run
        for name, attack in ours.items():
            kind = {"apgd-t": "apgd_targeted", "square": "square"}.get(name, name.partition("-")[0])
            other = getattr(reference, kind)
            assert attack.n_restarts == (1 if name == "fab-t" else other.n_restarts), (version, name)
            if name.startswith("apgd"):
                assert (attack.eot_iter, attack.steps) == (other.eot_iter, other.n_iter), (version, name)
            if name in ("apgd-t", "fab-t"):
                assert attack.n_target_classes == other.n_target_classes == 9
            if name == "square":
                assert (attack.n_queries, attack.rescale_schedule) == (other.n_queries, other.rescale_schedule)


def test_a_part_alone_is_what_it_is_in_the_whole() -> None:
    classifier = network()
    images, labels, _ = batch(classifier, 12)
    whole = AutoAttack(eps=1.6 / 255, steps=5, queries=50)
    left, attacked = torch.arange(12), images.clone()
    for part in whole.parts():
        found = part(classifier, images[left], labels[left], seed=3)
        fallen = answers(classifier, found) != labels[left]
        attacked[left[fallen]] = found[fallen]
        left = left[~fallen]
    assert torch.equal(attacked, whole(classifier, images, labels, seed=3))
    assert 0 < len(left) < 12


@pytest.mark.parametrize("version", ["plus", "rand"])
@pytest.mark.parametrize("classes", [2, 3, 5])
def test_other_versions_run_whatever_the_number_of_classes(version: str, classes: int) -> None:
    classifier = network(classes)
    images, labels, _ = batch(classifier, 4)
    found = AutoAttack(eps=EPS, steps=4, queries=20, version=version)(classifier, images, labels)
    assert (answers(classifier, found) != labels).any()
    for part in AutoAttack(eps=EPS, steps=4, queries=20, version=version).parts():
        assert part(classifier, images, labels).shape == images.shape


@pytest.mark.slow
def test_counts_are_those_of_the_authors_code(theirs: Any) -> None:
    """On a thousand images, with the steps and tries of the standard: within one image."""
    classifier = network()
    images, labels, _ = batch(classifier, 1000)
    eps = 1.2 / 255
    reference = theirs(classifier.module(), norm="Linf", eps=eps, device="cpu", verbose=False, seed=0)
    expected = answers(classifier, reference.run_standard_evaluation(images, labels, bs=1000)) == labels
    found = answers(classifier, AutoAttack(eps=eps)(classifier, images, labels, seed=0)) == labels
    assert 100 < int(expected.sum()) < 900
    assert abs(int(found.sum()) - int(expected.sum())) <= 1
