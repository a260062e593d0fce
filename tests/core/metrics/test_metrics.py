"""Every measure of a single map: its promises, and agreement with the formulas computed another way."""

import json
import re

import numpy as np
import pytest
import torch
from scipy.stats import entropy
from torch import Tensor

from core.base.params import from_spec, to_spec
from core.catalog import METRICS
from core.classifiers import mnist_cnn
from core.contracts.classifier import Classifier
from core.contracts.explainer import Attribution
from core.contracts.toy_models import linear
from core.metrics.complexity import Complexity
from core.metrics.concentration import Concentration
from core.metrics.deletion import Deletion
from core.metrics.insertion import Insertion, blurred
from tests.core.metrics.doubles import SIDE, GradientTimesInput, planted

KEYS = sorted(METRICS)


def judged(
    key: str, model: Classifier, images: Tensor, targets: Tensor, values: Tensor, seeds: list[int] | None = None
) -> Tensor:
    """The values of a metric, with whatever it needs beside the map; the masks are where the images are bright."""
    masks = images.amax(dim=1) > 0.6
    return METRICS[key]()(
        model, images, targets, Attribution(values), seeds=seeds, explainer=GradientTimesInput(), masks=masks
    )


@pytest.mark.parametrize("key", KEYS)
def test_bounds_and_shape(key: str) -> None:
    model, images, targets, perfect = planted()
    draws = torch.randn(3, SIDE, SIDE, generator=torch.Generator().manual_seed(1))
    low, high = METRICS[key].bounds
    for values in (perfect, -perfect, draws, torch.zeros_like(draws), torch.ones_like(draws)):
        found = judged(key, model, images, targets, values)
        assert found.shape == (3,)
        assert found.dtype == torch.float32
        assert torch.isfinite(found).all()
        assert (found >= low).all()
        assert (found <= high).all()


@pytest.mark.parametrize("key", [key for key in KEYS if METRICS[key].needs != "explainer"])
def test_the_perfect_map_beats_the_inverted_one(key: str) -> None:
    model, images, targets, perfect = planted()
    good = judged(key, model, images, targets, perfect)
    bad = judged(key, model, images, targets, perfect.amax() - perfect)
    assert (good > bad + 0.01).all() if METRICS[key].better == "higher" else (good < bad - 0.01).all()


@pytest.mark.parametrize("key", KEYS)
def test_map_images_and_network_unchanged_one_at_a_time_as_in_a_batch(key: str) -> None:
    model = mnist_cnn.fresh(0)
    model.net.train()
    images = torch.rand(3, 1, 28, 28, generator=torch.Generator().manual_seed(0))
    targets, values = torch.tensor([3, 5, 3]), torch.randn(3, 28, 28, generator=torch.Generator().manual_seed(1))
    seeds = [4, 9, 4]
    kept = images.clone(), values.clone(), [weight.clone() for weight in model.net.parameters()]
    found = judged(key, model, images, targets, values, seeds)
    alone = [
        judged(key, model, images[i : i + 1], targets[i : i + 1], values[i : i + 1], seeds[i : i + 1]) for i in range(3)
    ]
    torch.testing.assert_close(torch.cat(alone), found, atol=1e-6, rtol=1e-4)
    assert torch.equal(images, kept[0])
    assert torch.equal(values, kept[1])
    assert model.net.training
    assert all(torch.equal(now, then) for now, then in zip(model.net.parameters(), kept[2], strict=True))


@pytest.mark.parametrize("key", KEYS)
def test_draws_are_those_of_the_images_seed(key: str) -> None:
    model, images, targets, perfect = planted()
    same = images[:1].expand(2, -1, -1, -1), targets[:2], perfect[:1].expand(2, -1, -1)
    state = torch.get_rng_state()
    first, again, other = (judged(key, model, *same, seeds) for seeds in ([1, 2], [1, 2], [2, 1]))
    assert torch.equal(first, again)
    torch.testing.assert_close(first.flip(0), other)
    assert torch.equal(torch.get_rng_state(), state), "the global generator is left alone"


@pytest.mark.parametrize("key", KEYS)
def test_what_is_needed_and_not_given_is_said(key: str) -> None:
    model, images, targets, perfect = planted()
    metric = METRICS[key]()
    if metric.needs:
        with pytest.raises(ValueError, match=f"^{re.escape(metric.title)} needs"):
            metric(model, images, targets, Attribution(perfect))
    with pytest.raises(ValueError, match="expected maps"):
        metric(model, images, targets, Attribution(perfect[:, 1:]))
    with pytest.raises(ValueError, match="expected 3 seeds, got 2"):
        metric(model, images, targets, Attribution(perfect), seeds=[1, 2])


@pytest.mark.parametrize("key", KEYS)
def test_spec_survives_json(key: str) -> None:
    metric = METRICS[key]()
    assert from_spec(json.loads(json.dumps(to_spec(metric))), METRICS) == metric
    assert metric.better in ("higher", "lower")


def pixel_by_pixel(model: Classifier, start: Tensor, end: Tensor, target: int, values: Tensor, each: int) -> float:
    """The area of the deletion or insertion curve, changing `each` pixels at a time in a plain loop, by numpy."""
    current, scores = start.clone(), [model.probabilities(start[None])[0, target].item()]
    order = np.flip(np.argsort(values.numpy().ravel()))
    for place in range(0, len(order), each):
        for pixel in order[place : place + each]:
            row, column = divmod(int(pixel), values.shape[1])
            current[:, row, column] = end[:, row, column]
        scores.append(model.probabilities(current[None])[0, target].item())
    return float(np.trapezoid(scores) / (len(scores) - 1))


def test_deletion_and_insertion_are_the_loop_over_pixels() -> None:
    """Of two images with targets of their own: one image, one step at a time."""
    model = mnist_cnn.fresh(1)
    images = torch.rand(2, 1, 28, 28, generator=torch.Generator().manual_seed(0))
    values = torch.randn(2, 28, 28, generator=torch.Generator().manual_seed(1))
    targets, found = torch.tensor([4, 7]), Attribution(values)
    mean = torch.full((1, 28, 28), model.mean[0])
    hazy = blurred(images, mean[:, :1, :1])
    black = torch.zeros_like(mean)
    for metric, starts, ends in (
        (Deletion(steps=28), images, [mean] * 2),
        (Deletion(steps=28, fill="black"), images, [black] * 2),
        (Insertion(steps=28), hazy, list(images)),
    ):
        by_hand = [pixel_by_pixel(model, starts[i], ends[i], int(targets[i]), values[i], 28) for i in range(2)]
        assert metric(model, images, targets, found).tolist() == pytest.approx(by_hand, abs=1e-6)


def test_the_blur_keeps_a_constant_inside_and_treats_colours_alike() -> None:
    image = torch.tensor([0.2, 0.5, 0.9]).view(1, 3, 1, 1).expand(1, 3, 30, 30)
    mean = torch.tensor([0.4, 0.4, 0.4]).view(3, 1, 1)
    inside = blurred(image, mean)[:, :, 5:-5, 5:-5]
    torch.testing.assert_close(inside, image[:, :, 5:-5, 5:-5])
    edge = blurred(image, mean)[0, :, 0, 0]
    assert (edge - 0.4).abs().lt((image[0, :, 0, 0] - 0.4).abs()).all()


def test_complexity_is_scipys_entropy() -> None:
    values = torch.randn(4, 9, 7, generator=torch.Generator().manual_seed(3))
    model = linear(torch.zeros(1, 1, 9, 7).tolist())
    found = Complexity()(model, torch.zeros(4, 1, 9, 7), torch.zeros(4).long(), Attribution(values))
    np.testing.assert_allclose(found.numpy(), entropy(values.abs().flatten(1).numpy(), axis=1), rtol=1e-5)


def test_concentration_is_half_the_mean_difference_over_the_mean() -> None:
    values = torch.randn(4, 9, 7, generator=torch.Generator().manual_seed(3))
    sizes = values.abs().flatten(1).double()
    differences = (sizes[:, :, None] - sizes[:, None, :]).abs().mean(dim=(1, 2))
    expected = differences / (2 * sizes.mean(dim=1))
    model = linear(torch.zeros(1, 1, 9, 7).tolist())
    found = Concentration()(model, torch.zeros(4, 1, 9, 7), torch.zeros(4).long(), Attribution(values))
    np.testing.assert_allclose(found.numpy(), expected.numpy(), rtol=1e-5)
