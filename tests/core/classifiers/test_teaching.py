"""The teaching examples do what their notes say, on the shipped network's own weights."""

import pytest
import torch

from core.attacks.pgd import PGD
from core.base.rng import seeded
from core.catalog import CLASSIFIERS, load_classifier
from core.classifiers.teaching import LEVELS, SCALE, masked
from core.objectives.cross_entropy import CrossEntropy
from core.refinement.request import Refinement
from core.training.schedule import Schedule
from tests.core.classifiers.networks import draw

BASE = "mnist_cnn:standard"


def test_titles_and_notes_say_that_they_are_masked_on_purpose() -> None:
    names = {f"teaching:{name}": title for name, title in CLASSIFIERS["teaching"]().checkpoints().items()}
    assert len(names) == 3
    base = load_classifier(BASE)
    fingerprints = {base.fingerprint}
    for name, title in names.items():
        made = load_classifier(name)
        assert "Masked on purpose" in title
        assert "teaching example" in title
        assert "masked on purpose" in made.notes[-1]
        assert made.notes[-1].endswith(".")
        assert made.key == name
        assert made.weights == base.weights, "no weights of its own"
        fingerprints.add(made.fingerprint)
        with made.frozen(), made.watch(made.cam_layer) as seen:
            made(draw(made))
        assert len(seen) == 1
    assert len(fingerprints) == 4


def test_saturated_scores_are_those_of_the_network_times_a_constant() -> None:
    base, made = load_classifier(BASE), load_classifier("teaching:saturated")
    images = draw(base, 3)
    assert torch.equal(made(images), SCALE * base(images))


def test_quantised_answers_are_those_of_the_rounded_image_and_its_gradient_is_zero() -> None:
    base, made = load_classifier(BASE), load_classifier("teaching:quantised")
    images = draw(base, 3).requires_grad_()
    scores = made(images)
    rounded = (images.detach() * (LEVELS - 1)).round() / (LEVELS - 1)
    assert rounded.unique().numel() == LEVELS
    assert torch.allclose(scores, base(rounded), atol=1e-5)
    (gradient,) = torch.autograd.grad(scores.sum(), images)  # the graph stays connected
    assert not gradient.any()


def test_random_resizing_answers_anew_at_each_pass_and_attacks_seed_it() -> None:
    made = load_classifier("teaching:random_resizing")
    images, labels = draw(made, 2), torch.tensor([0, 1])
    with seeded(1):
        first, second = made(images), made(images)
    with seeded(1):
        again = made(images)
    assert torch.equal(first, again)
    assert not torch.equal(first, second)
    attack = PGD(steps=3)
    assert torch.equal(attack(made, images, labels, seed=4), attack(made, images, labels, seed=4))
    assert not torch.equal(attack(made, images, labels, seed=4), attack(made, images, labels, seed=5))


def test_random_resizing_keeps_all_of_the_picture() -> None:
    made = load_classifier("teaching:random_resizing")
    with seeded(0):
        for _ in range(20):
            changed = made.net.changed(torch.ones(1, 1, 28, 28))
            side = int(changed[0, 0].any(dim=0).sum())
            assert 20 <= side <= 28
            assert changed.sum().item() == pytest.approx(side**2, rel=1e-5)
            assert changed.shape == (1, 1, 28, 28)


def test_they_are_no_base_of_a_refinement() -> None:
    assert not CLASSIFIERS["teaching"].trainable
    with pytest.raises(ValueError, match="not to be refined"):
        Refinement("teaching:saturated", "mnist", CrossEntropy(), Schedule())
    with pytest.raises(ValueError, match="it has saturated"):
        masked(load_classifier(BASE), "otherwise")
