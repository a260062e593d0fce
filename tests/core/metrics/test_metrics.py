"""Every measure of a single map: its promises, and agreement with the formulas computed another way."""

import json

import numpy as np
import pytest
import torch
from torch import Tensor

from core.base.params import from_spec, to_spec
from core.catalog import METRICS
from core.classifiers import mnist_cnn
from core.contracts.classifier import Classifier
from core.contracts.explainer import Attribution
from core.contracts.toy_models import linear
from core.metrics.concentration import Concentration
from core.metrics.deletion import Deletion
from core.metrics.insertion import Insertion, blurred

KEYS = sorted(METRICS)
SIDE = 12


def planted() -> tuple[Classifier, Tensor, Tensor, Tensor]:
    """A classifier that looks at one bright pixel in nine, images, targets, and the perfect map of each."""
    weight = torch.zeros(2, 1, SIDE, SIDE)
    weight[0, 0, 1::3, 1::3] = 0.5
    images = torch.rand(3, 1, SIDE, SIDE, generator=torch.Generator().manual_seed(0)) * 0.2
    images[:, :, 1::3, 1::3] += 0.75
    return linear(weight.tolist()), images, torch.zeros(3, dtype=torch.long), (weight[0] * images[:, 0])


@pytest.mark.parametrize("key", KEYS)
def test_bounds_and_shape(key: str) -> None:
    model, images, targets, perfect = planted()
    metric = METRICS[key]()
    draws = torch.randn(3, SIDE, SIDE, generator=torch.Generator().manual_seed(1))
    for values in (perfect, -perfect, draws, torch.zeros_like(draws), torch.ones_like(draws)):
        found = metric(model, images, targets, Attribution(values))
        assert found.shape == (3,)
        assert torch.isfinite(found).all()
        assert (found >= 0).all()
        assert (found <= 1).all()


@pytest.mark.parametrize("key", KEYS)
def test_the_perfect_map_beats_the_inverted_one(key: str) -> None:
    model, images, targets, perfect = planted()
    metric = METRICS[key]()
    good = metric(model, images, targets, Attribution(perfect))
    bad = metric(model, images, targets, Attribution(perfect.amax() - perfect))
    assert (good > bad + 0.01).all() if metric.better == "higher" else (good < bad - 0.01).all()


@pytest.mark.parametrize("key", KEYS)
def test_map_images_and_network_unchanged_one_at_a_time_as_in_a_batch(key: str) -> None:
    model = mnist_cnn.fresh(0)
    model.net.train()
    images = torch.rand(2, 1, 28, 28, generator=torch.Generator().manual_seed(0))
    targets, values = torch.tensor([3, 5]), torch.randn(2, 28, 28, generator=torch.Generator().manual_seed(1))
    kept = images.clone(), values.clone(), [weight.clone() for weight in model.net.parameters()]
    metric = METRICS[key]()
    found = metric(model, images, targets, Attribution(values))
    alone = [metric(model, images[i : i + 1], targets[i : i + 1], Attribution(values[i : i + 1])) for i in range(2)]
    torch.testing.assert_close(torch.cat(alone), found, atol=1e-6, rtol=1e-5)
    assert torch.equal(images, kept[0])
    assert torch.equal(values, kept[1])
    assert model.net.training
    assert all(torch.equal(now, then) for now, then in zip(model.net.parameters(), kept[2], strict=True))


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
    model = mnist_cnn.fresh(1)
    image = torch.rand(1, 1, 28, 28, generator=torch.Generator().manual_seed(0))
    values = torch.randn(1, 28, 28, generator=torch.Generator().manual_seed(1))
    target, found = torch.tensor([4]), Attribution(values)
    mean = torch.full((1, 28, 28), model.mean[0])
    hazy = blurred(image, mean[:, :1, :1])[0]
    by_hand = pixel_by_pixel(model, image[0], mean, 4, values[0], 28)
    assert Deletion(steps=28)(model, image, target, found).item() == pytest.approx(by_hand, abs=1e-6)
    by_hand = pixel_by_pixel(model, image[0], torch.zeros_like(mean), 4, values[0], 28)
    assert Deletion(steps=28, fill="black")(model, image, target, found).item() == pytest.approx(by_hand, abs=1e-6)
    by_hand = pixel_by_pixel(model, hazy, image[0], 4, values[0], 28)
    assert Insertion(steps=28)(model, image, target, found).item() == pytest.approx(by_hand, abs=1e-6)


def test_the_blur_keeps_a_constant_inside_and_treats_colours_alike() -> None:
    image = torch.tensor([0.2, 0.5, 0.9]).view(1, 3, 1, 1).expand(1, 3, 30, 30)
    mean = torch.tensor([0.4, 0.4, 0.4]).view(3, 1, 1)
    inside = blurred(image, mean)[:, :, 5:-5, 5:-5]
    torch.testing.assert_close(inside, image[:, :, 5:-5, 5:-5])
    edge = blurred(image, mean)[0, :, 0, 0]
    assert (edge - 0.4).abs().lt((image[0, :, 0, 0] - 0.4).abs()).all()


def test_concentration_is_half_the_mean_difference_over_the_mean() -> None:
    values = torch.randn(4, 9, 7, generator=torch.Generator().manual_seed(3))
    sizes = values.abs().flatten(1).double()
    differences = (sizes[:, :, None] - sizes[:, None, :]).abs().mean(dim=(1, 2))
    expected = differences / (2 * sizes.mean(dim=1))
    found = Concentration()(linear([[[[0.0]]]]), torch.zeros(4, 1, 1, 1), torch.zeros(4).long(), Attribution(values))
    np.testing.assert_allclose(found.numpy(), expected.numpy(), rtol=1e-5)
