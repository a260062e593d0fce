"""The contract of a classifier, over every source in the catalogue, on weights drawn from a seed."""

import inspect
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
import torch

from core.base.cancellation import Cancelled, CancelScope
from core.catalog import CLASSIFIERS, classifier_names, load_classifier
from core.classifiers import (
    cifar10_resnet18,
    cifar10_resnet20,
    cifar100_resnet20,
    imagenet_efficientnet_lite0,
    mnist_cnn,
)
from core.classifiers.teaching import masked
from core.contracts.classifier import Classifier
from core.contracts.toy_models import linear
from core.images import samples
from tests.core.classifiers.networks import draw, of_torchvision, same, state

MADE: dict[str, Callable[[], Classifier]] = {
    "cifar10_resnet20": cifar10_resnet20.fresh,
    "mnist_cnn": mnist_cnn.fresh,
    "imagenet_efficientnet_lite0": imagenet_efficientnet_lite0.fresh,
    "torchvision_imagenet": lambda: of_torchvision("mobilenet_v3_small"),
    "cifar100_resnet20": cifar100_resnet20.fresh,
    "cifar10_resnet18": cifar10_resnet18.fresh,
    "teaching": lambda: masked(mnist_cnn.fresh(), "saturated"),  # the others are in test_teaching.py
    "run": mnist_cnn.fresh,  # its own tests are in test_run.py
    "own": lambda: of_torchvision("squeezenet1_1"),  # its own tests are in test_own.py
}


@pytest.fixture(params=CLASSIFIERS)
def classifier(request: pytest.FixtureRequest) -> Classifier:
    return MADE[request.param]()


# --- the catalogue


@pytest.mark.parametrize("key", CLASSIFIERS)
def test_sources_name_their_checkpoints(key: str) -> None:
    source = CLASSIFIERS[key]()
    assert source.title
    assert Path(inspect.getfile(CLASSIFIERS[key])).stem == key
    for checkpoint, title in source.checkpoints().items():
        assert ":" not in checkpoint
        assert title.strip()
    with pytest.raises(ValueError, match="."):
        source.load("no such checkpoint")


def test_names_of_the_catalogue() -> None:
    names = classifier_names()
    assert {"cifar10_resnet20:adversarial", "mnist_cnn:standard", "imagenet_efficientnet_lite0"} <= set(names)
    assert len(set(names.values())) == len(names)
    for name in ("nothing", "nothing:standard", "mnist_cnn:other", "mnist_cnn", "../x"):
        with pytest.raises(ValueError, match="."):
            load_classifier(name)


# --- the contract


def test_preprocessing_is_exactly_what_is_said(classifier: Classifier) -> None:
    images = draw(classifier)
    shape = (len(classifier.mean), 1, 1)
    by_hand = (images - torch.tensor(classifier.mean).view(shape)) / torch.tensor(classifier.std).view(shape)
    with classifier.frozen():
        assert torch.equal(classifier(images), classifier.net(by_hand))
        assert not torch.equal(classifier(images), classifier.net(images))


def test_facts_fit_the_network(classifier: Classifier) -> None:
    logits = classifier.probabilities(draw(classifier))
    assert tuple(logits.shape) == (2, len(classifier.labels))
    assert torch.allclose(logits.sum(1), torch.ones(2))
    assert len(classifier.mean) == len(classifier.std) == classifier.size[0]
    assert classifier.samples in samples.galleries()
    assert tuple(samples.sample_images(classifier, 2).shape) == (2, *classifier.size)
    assert not any(getattr(module, "inplace", False) for module in classifier.net.modules())
    with pytest.raises(ValueError, match="expected images of shape"):
        classifier(torch.zeros(1, 4, 5, 5))


def test_the_map_layer_feeds_the_answer(classifier: Classifier) -> None:
    """The watched maps (N, D, h, w) come once a pass, and the logits depend on them."""
    with classifier.frozen(), classifier.watch(classifier.cam_layer) as seen:
        logits = classifier(draw(classifier).requires_grad_())
    assert len(seen) == 1
    assert seen[0].ndim == 4
    assert min(seen[0].shape[2:]) > 1
    (gradient,) = torch.autograd.grad(logits[:, 0].sum(), seen[0])
    assert gradient.abs().sum() > 0


def test_frozen_restores_also_when_the_body_raises(classifier: Classifier) -> None:
    classifier.net.train()
    next(classifier.net.parameters()).requires_grad_(False)
    before = state(classifier.net)
    inside = []
    with suppress(RuntimeError), classifier.frozen():
        inside = state(classifier.net)[:2]
        classifier(draw(classifier))
        raise RuntimeError("on purpose")
    assert not any(inside[0] + inside[1])
    assert same(state(classifier.net), before)
    free = threading.Thread(target=lambda: classifier.lock.acquire(timeout=5) and classifier.lock.release())
    free.start()
    free.join(timeout=2)
    assert not free.is_alive()


def test_watch_removes_its_hook(classifier: Classifier) -> None:
    module = classifier.net.get_submodule(classifier.cam_layer)
    before = len(module._forward_hooks)
    inside = before
    with suppress(RuntimeError), classifier.watch(classifier.cam_layer):
        inside = len(module._forward_hooks)
        raise RuntimeError("on purpose")
    assert inside == before + 1
    assert len(module._forward_hooks) == before


def test_eight_threads_give_the_single_thread_answer(classifier: Classifier) -> None:
    """Each thread takes the gradient at its own image through the watched layer, as an explainer does."""
    images = draw(classifier, 8)

    def explain(image: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        with classifier.frozen(), classifier.watch(classifier.cam_layer) as seen:
            leaf = image[None].clone().requires_grad_()
            logits = classifier(leaf)
            (gradient,) = torch.autograd.grad(logits[0, 1], leaf)
            assert len(seen) == 1
        return logits.detach(), gradient

    alone = [explain(image) for image in images]
    found: list[tuple[torch.Tensor, torch.Tensor] | None] = [None] * 8
    threads = [
        threading.Thread(target=lambda k=k: found.__setitem__(k, explain(images[k]))) for k in range(8)
    ]  # fmt: skip
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for one, other in zip(alone, found, strict=True):
        assert other is not None
        assert torch.allclose(one[0], other[0], atol=1e-5)
        assert torch.allclose(one[1], other[1], atol=1e-5)


def test_a_copy_shares_nothing(classifier: Classifier) -> None:
    twin = classifier.copy()
    images = draw(classifier, 1)
    before = classifier.probabilities(images)
    with torch.no_grad():
        for weight in twin.net.parameters():
            weight.zero_()
    assert torch.equal(classifier.probabilities(images), before)
    assert twin.lock is not classifier.lock


def test_the_meter_counts_and_stops(classifier: Classifier) -> None:
    images = draw(classifier, 3)
    with CancelScope() as outer, classifier.frozen(), torch.no_grad():
        classifier(images)
        with CancelScope() as inner:
            classifier.module()(images[:2])
    assert (outer.forwards, outer.queries) == (2, 5)
    assert (inner.forwards, inner.queries) == (1, 2)
    with CancelScope() as scope, torch.no_grad():
        scope.stop()
        with pytest.raises(Cancelled):
            classifier(images)
    assert scope.forwards == 0


def test_waiting_for_the_lock_can_be_stopped() -> None:
    classifier = linear([[[[1.0]]], [[[0.0]]]])
    held, done = threading.Event(), threading.Event()

    def hold() -> None:
        with classifier.frozen():
            held.set()
            done.wait(10)

    thread = threading.Thread(target=hold)
    thread.start()
    held.wait(10)
    with CancelScope() as scope:
        threading.Timer(0.2, scope.stop).start()
        with pytest.raises(Cancelled), classifier.frozen():
            pass
    done.set()
    thread.join()
