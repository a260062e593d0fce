"""What every explainer in the catalogue promises, on a planted network of which only one quadrant matters."""

import json
import random
from collections.abc import Iterator
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
import torch
from torch import Tensor

from core.base.cancellation import Cancelled, CancelScope
from core.base.params import from_spec, to_spec
from core.catalog import EXPLAINERS
from core.contracts.classifier import Classifier
from core.contracts.explainer import Attribution, Explainer
from core.contracts.layer import with_layers
from core.contracts.toy_models import checkers, linear, quadrant
from core.layers.sgam import Sgam

SIZE = 32
SHARE = 0.6  # of a map's mass: the quadrant is a quarter of the image, patches and up-sampling reach across its edge
KEYS = sorted(EXPLAINERS)


@cache
def planted() -> Classifier:
    return quadrant(SIZE)


def pictures(many: int = 3, *, distracting: bool = False) -> Tensor:
    """Checkers upper left, dim plain colours elsewhere, a little noise; `distracting`: checkers lower right as well."""
    generator = torch.Generator().manual_seed(7)
    half = SIZE // 2
    images = (
        (torch.rand(many, 3, 2, 2, generator=generator) * 0.3).repeat_interleave(half, 2).repeat_interleave(half, 3)
    )
    images = images + 0.1 * torch.rand(images.shape, generator=generator)
    images[:, :, :half, :half] = 0.5 + checkers(half) * (0.25 + 0.2 * torch.rand(many, 1, 1, 1, generator=generator))
    if distracting:
        images[:, :, half:, half:] = 0.5 + 0.45 * checkers(half)
    return images.clamp(0, 1)


def explainer(key: str) -> Explainer:
    """The explainer with its defaults; skips where it says itself that it does not apply to the planted network."""
    method = EXPLAINERS[key]()
    if reason := method.obstacle(planted()):
        pytest.skip(reason)
    return method


@cache
def found(key: str) -> Attribution:
    return explainer(key)(planted(), pictures(), torch.tensor([0, 0, 0]), seed=3)


def close(one: Tensor, other: Tensor, share: float = 1e-4) -> bool:
    return bool((one - other).abs().max() <= share * other.abs().max().clamp_min(1e-12))


def test_there_are_explainers_and_most_apply() -> None:
    applying = [key for key in KEYS if not EXPLAINERS[key]().obstacle(planted())]
    assert {"grad_cam_pp", "lime", "pgca"} <= set(applying)
    for key in set(KEYS) - set(applying):
        assert _applies_somewhere(key), f"{key} applies neither to the planted nor to the linear network"


def _applies_somewhere(key: str) -> bool:
    plain = linear([[[[1.0, 2.0]]], [[[0.0, 0.0]]]])
    return not all(EXPLAINERS[key]().obstacle(each) for each in (plain, with_layers(planted(), [Sgam()])))


@pytest.mark.parametrize("key", KEYS)
def test_maps_are_whole_and_finite(key: str) -> None:
    maps = found(key).values
    assert maps.shape == (3, SIZE, SIZE)
    assert maps.dtype == torch.float32
    assert maps.device.type == "cpu"
    assert not maps.requires_grad
    assert torch.isfinite(maps).all()
    assert (maps.flatten(1).std(dim=1) > 0).all()
    for name, values in found(key).facts.items():
        assert values.shape == (3,), name
        assert torch.isfinite(values).all(), name


def inside(maps: Tensor) -> Tensor:
    mass = maps.abs()
    return mass[:, : SIZE // 2, : SIZE // 2].sum(dim=(1, 2)) / mass.sum(dim=(1, 2))


@pytest.mark.parametrize("key", KEYS)
def test_mass_lies_on_the_only_pixels_that_matter(key: str) -> None:
    assert (inside(found(key).values) > SHARE).all(), inside(found(key).values)


@pytest.mark.parametrize("key", KEYS)
def test_what_only_looks_alike_gets_little_unless_a_layer_is_read(key: str) -> None:
    method, unread = explainer(key), replace(planted(), cam_layer="")
    if reason := method.obstacle(unread):
        pytest.skip(reason)  # maps of a layer answer to the pattern wherever it is: that is what such a method shows
    maps = method(unread, pictures(distracting=True), torch.tensor([0, 0, 0]), seed=3).values
    assert (inside(maps) > SHARE).all(), inside(maps)


@pytest.mark.parametrize("key", KEYS)
def test_what_speaks_for_the_target_is_positive(key: str) -> None:
    if not EXPLAINERS[key].attribution:
        pytest.skip("its sign is of something else")
    assert (found(key).values[:, : SIZE // 2, : SIZE // 2].mean(dim=(1, 2)) > 0).all()


@pytest.mark.parametrize("key", KEYS)
def test_depends_on_the_target(key: str) -> None:
    other = explainer(key)(planted(), pictures(), torch.tensor([1, 1, 1]), seed=3).values
    assert not close(found(key).values, other, 0.1)


@pytest.mark.parametrize("key", KEYS)
def test_one_at_a_time_gives_the_same_as_in_a_batch(key: str) -> None:
    method, images = explainer(key), pictures()
    for index in range(3):
        alone = method(planted(), images[index : index + 1], torch.tensor([0]), seed=3)
        assert close(alone.values[0], found(key).values[index])
        for name, values in found(key).facts.items():
            torch.testing.assert_close(alone.facts[name][0], values[index], rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize("key", KEYS)
def test_seeds(key: str) -> None:
    method, targets = explainer(key), torch.tensor([0, 0])
    faint = 0.25 * pictures(1)  # noise turns units on and off there: in the bright one all gradients are the same
    images = torch.cat([pictures(1), faint])
    first = method(planted(), images, targets, seed=3).values
    torch.testing.assert_close(method(planted(), images, targets, seed=3).values, first, rtol=0, atol=0)
    same = torch.equal(method(planted(), images, targets, seed=4).values, first)
    assert same != method.random, "the map must change with the seed if, and only if, `random` says so"


@pytest.mark.parametrize("key", KEYS)
def test_leaves_the_generators_alone(key: str) -> None:
    def states() -> tuple[object, ...]:
        return torch.get_rng_state().tolist(), str(np.random.get_state()), random.getstate()

    before = states()
    explainer(key)(planted(), pictures(1), torch.tensor([0]))
    assert states() == before


def marks(classifier: Classifier) -> Iterator[object]:
    """Everything an explainer could leave behind on a network."""
    for name, module in classifier.net.named_modules():
        hooks = [attribute for attribute in vars(module) if "hooks" in attribute]
        yield name, module.training, [(hook, len(vars(module)[hook])) for hook in sorted(hooks)], sorted(vars(module))
    for name, weight in classifier.net.named_parameters():
        yield name, weight.requires_grad, weight.grad is None, weight.detach().sum().item()
    for name, buffer in classifier.net.named_buffers():
        yield name, buffer.float().sum().item()


def mixed() -> Classifier:
    """The planted network in training mode with one module in evaluation mode and one parameter frozen."""
    classifier = planted().copy()
    classifier.net.train()
    next(iter(classifier.net.children())).eval()
    next(classifier.net.parameters()).requires_grad_(False)
    return classifier


@pytest.mark.parametrize("key", KEYS)
def test_leaves_the_network_as_it_was(key: str) -> None:
    classifier = mixed()
    before = list(marks(classifier))
    explainer(key)(classifier, pictures(1), torch.tensor([0]))
    assert list(marks(classifier)) == before


@pytest.mark.parametrize("key", KEYS)
def test_leaves_the_network_as_it_was_after_a_failure(key: str) -> None:
    classifier = mixed()
    before = list(marks(classifier))

    def fail(_images: Tensor, _logits: Tensor) -> None:
        raise RuntimeError("planted failure")

    with CancelScope(watcher=fail), pytest.raises(RuntimeError, match="planted failure"):
        explainer(key)(classifier, pictures(1), torch.tensor([0]))
    assert list(marks(classifier)) == before
    assert classifier.lock.acquire(blocking=False)
    classifier.lock.release()


@pytest.mark.parametrize("key", KEYS)
def test_a_stopped_meter_cancels(key: str) -> None:
    method = explainer(key)
    with CancelScope() as scope:
        scope.stop()
        with pytest.raises(Cancelled):
            method(planted(), pictures(1), torch.tensor([0]))


@pytest.mark.parametrize("key", KEYS)
def test_gap_is_small_where_completeness_is_promised(key: str) -> None:
    gap = found(key).gap
    assert (gap is not None) == EXPLAINERS[key].complete
    if gap is not None:
        assert gap.shape == (3,)
        assert (gap >= 0).all()
        assert (gap < 0.05).all(), gap


@pytest.mark.parametrize("key", KEYS)
def test_spec_survives_json(key: str) -> None:
    method = EXPLAINERS[key]()
    assert from_spec(json.loads(json.dumps(to_spec(method))), EXPLAINERS) == method
    assert method.title
    assert method.plain
    assert method.cite


@pytest.mark.parametrize("key", KEYS)
def test_refuses_what_it_cannot_explain(key: str) -> None:
    method = explainer(key)
    with pytest.raises(ValueError, match="every value in"):
        method(planted(), pictures(1) + 1, torch.tensor([0]))
    with pytest.raises(ValueError, match="classes from 0"):
        method(planted(), pictures(1), torch.tensor([2]))
    with pytest.raises(ValueError, match="reference"):
        method(planted(), pictures(1), torch.tensor([0]), reference=pictures(2))


@pytest.mark.parametrize("key", ["lime", "integrated_gradients"])
def test_a_map_that_is_not_finite_is_refused(key: str) -> None:
    broken = linear([[[[float("nan"), 1.0]]], [[[0.0, 0.0]]]])
    with pytest.raises(ValueError, match=f"^{EXPLAINERS[key].title} gave a map that is not finite$"):
        EXPLAINERS[key]()(broken, torch.tensor([[[[0.5, 0.25]]]]), torch.tensor([0]))
