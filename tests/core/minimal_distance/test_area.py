"""ARA against closed forms, numpy's histogram, a fine sum and scipy's bootstrap; which images are measured."""

import math

import numpy as np
import pytest
import torch
from scipy.stats import bootstrap

from core.base.proportion import Proportion
from core.minimal_distance.area import area, by_histogram, chosen, closed_form, curve, median
from core.minimal_distance.rms_attack import smallest_rms
from tests.core.minimal_distance.networks import closed_form_distances, images_of, linear_network


def drawn(count: int = 1000) -> torch.Tensor:
    """As of an ordinary network: a third answered wrong, the rest at distances of a long tail."""
    generator = torch.Generator().manual_seed(0)
    values = torch.empty(count).exponential_(30, generator=generator)
    return torch.where(torch.rand(count, generator=generator) < 0.3, 0.0, values)


def test_the_images_are_those_of_the_authors_code() -> None:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(1776)
        order = [int(place) for place in torch.randperm(10_000)]
    assert chosen(10_000, 1000).tolist() == order[:1000]
    assert sorted(chosen(7, 100).tolist()) == list(range(7))


def test_the_histogram_is_the_authors_line_in_numpy() -> None:
    values = drawn()
    counts, edges = np.histogram(values.numpy(), bins=1000, range=(0, float(values.max())))
    heights = 1 - counts.cumsum() / len(values) - 1 / 10
    expected = edges[1] * heights.clip(min=0).sum()
    assert by_histogram(values, 10) == pytest.approx(expected, rel=1e-5)


def test_the_closed_form_is_the_area_under_the_curve() -> None:
    values = drawn(300)
    radii = torch.linspace(0, float(values.max()), 200_001, dtype=torch.float64)
    accuracy = (values.double()[None] > radii[:, None][::20]).double().mean(dim=1)
    expected = float(torch.trapezoid((accuracy - 0.1).clamp_min(0), radii[::20]))
    assert closed_form(values, 10).item() == pytest.approx(expected, rel=1e-3)
    bin_width = float(values.max()) / 1000
    assert closed_form(values, 10).item() - bin_width <= by_histogram(values, 10) <= closed_form(values, 10).item()


def test_of_a_linear_network_it_follows_from_the_weights() -> None:
    """The area under the share of images that lie farther away than r, and how far they lie is known."""
    classifier = linear_network(classes=2)
    images, labels = images_of(classifier, 60)
    exact = closed_form_distances(classifier, images, labels, 2) / math.sqrt(images[0].numel())
    ordered = [0.0, *sorted(exact.tolist())]
    expected = sum(
        (far - near) * max(0.0, 1 - below / 60 - 1 / 2)
        for below, (near, far) in enumerate(zip(ordered, ordered[1:], strict=False))
    )
    found = area(smallest_rms(classifier, images, labels).distance, 2)
    assert found.exact == pytest.approx(expected, rel=0.02)
    assert found.value == pytest.approx(expected, rel=0.02)
    assert found.low < expected < found.high


def test_the_interval_is_scipys() -> None:
    values = drawn(200)
    found = area(values, 10, draws=4000)
    theirs = bootstrap(
        (values.double().numpy(),), lambda sample, axis=-1: closed_form(torch.from_numpy(sample), 10).numpy(),
        n_resamples=4000, method="percentile", rng=np.random.default_rng(0), vectorized=True,
    ).confidence_interval  # fmt: skip
    width = theirs.high - theirs.low
    assert found.low == pytest.approx(theirs.low, abs=0.08 * width)
    assert found.high == pytest.approx(theirs.high, abs=0.08 * width)
    assert area(values, 10) == area(values, 10), "the same seed, the same interval"


def test_the_curve_counts_who_lies_farther_away() -> None:
    values = drawn(500)
    points = curve(values, 11)
    assert [radius for radius, _ in points] == pytest.approx([float(values.max()) * k / 10 for k in range(11)])
    assert points[0][1] == Proportion(int((values > 0).sum()), 500), "accuracy as they are"
    assert points[-1][1].hits == 0
    for radius, share in points:
        assert share.hits == sum(value > radius for value in values.double().tolist())


def test_where_nothing_was_found_the_area_ends_at_the_farthest_that_was() -> None:
    values = torch.tensor([0.0, 0.1, 0.2, math.inf])
    assert closed_form(values, 10).item() == pytest.approx(closed_form(torch.tensor([0.0, 0.1, 0.2, 0.2]), 10).item())
    assert curve(values, 3)[-1][1].hits == 1
    assert median(torch.tensor([0.0, 0.5, math.inf, math.inf, math.inf])) == math.inf
    nothing = torch.tensor([0.0, math.inf])
    assert (by_histogram(nothing, 2), closed_form(nothing, 2).item()) == (0, 0)
    for wrong in (torch.tensor([]), torch.tensor([math.nan]), torch.tensor([-1.0])):
        with pytest.raises(ValueError, match="distances from 0"):
            area(wrong, 10)
