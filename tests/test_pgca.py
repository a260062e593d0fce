"""PGCA against the five stages written out with loops, and the Wasserstein barycentre against what is known of it."""

import math

import numpy as np
import pytest
import torch
from scipy.ndimage import gaussian_filter
from torch import Tensor

from core.classifier import Classifier
from core.classifiers.mnist_cnn import fresh
from core.explainers.grad_cam_pp import GradCAMPP
from core.explainers.pgca import PGCA, consensus
from core.meter import Meter
from core.planted import checkers, quadrant
from core.transport import barycentre


def enlarged(small: np.ndarray, height: int, width: int) -> np.ndarray:
    """Bilinear, with pixel centres at half numbers."""

    def places(size: int, cells: int) -> list[tuple[int, int, float]]:
        found = []
        for index in range(size):
            place = min(max((index + 0.5) * cells / size - 0.5, 0), cells - 1)
            low = min(int(place), cells - 2)
            found.append((low, low + 1, place - low))
        return found

    big = np.zeros((height, width))
    for y, (a, b, t) in enumerate(places(height, small.shape[0])):
        for x, (c, d, u) in enumerate(places(width, small.shape[1])):
            top, bottom = (1 - u) * small[a, c] + u * small[a, d], (1 - u) * small[b, c] + u * small[b, d]
            big[y, x] = (1 - t) * top + t * bottom
    return big


def scaled(values: np.ndarray) -> np.ndarray:
    low, high = values.min(), values.max()
    return (values - low) / (high - low) if high > low else np.zeros_like(values)


def by_hand(classifier: Classifier, image: Tensor, target: int, masking: str, beta: float, seed: int) -> np.ndarray:
    height, width = image.shape[1:]

    def probability(changed: Tensor) -> float:
        return classifier.probabilities(changed[None])[0, target].item()

    noise = torch.randn(image.shape, generator=torch.Generator().manual_seed(seed))
    noise = (image.mean() + image.std(correction=0) * noise).clamp(0, 1)
    fills = {"zero": [torch.zeros_like(image)], "noise": [noise], "both": [torch.zeros_like(image), noise]}[masking]
    p = np.zeros((8, 8))
    for row in range(8):
        for column in range(8):
            for fill in fills:
                changed = image.clone()
                for y in range(height):
                    for x in range(width):
                        if (y * 8 // height, x * 8 // width) == (row, column):
                            changed[:, y, x] = fill[:, y, x]
                p[row, column] += max(probability(image) - probability(changed), 0) / len(fills)
    p = enlarged(scaled(p), height, width)
    g = scaled(GradCAMPP()(classifier, image[None], torch.tensor([target])).values[0].double().numpy())
    c = 0.5 * (p + g) + beta * np.sqrt(p * g)
    c = gaussian_filter(c, height / 32, mode="nearest", radius=math.ceil(3 * height / 32))
    low, high = np.percentile(c, [2, 98])
    c = (np.clip(c, low, high) - low) / (high - low)
    return scaled(c ** min(max(math.log(0.5) / math.log(c.mean()), 0.5), 2))


def picture(classifier: Classifier, seed: int = 0) -> Tensor:
    image = 0.4 * torch.rand(classifier.size, generator=torch.Generator().manual_seed(seed))
    half = classifier.size[1] // 2
    image[:, :half, :half] += 0.3 + 0.25 * checkers(half, classifier.size[0])
    return image


@pytest.mark.parametrize(
    ("masking", "beta", "which"), [("both", 1.0, "planted"), ("zero", 0.0, "planted"), ("noise", 2.5, "mnist")]
)
def test_is_the_five_stages_written_with_loops(masking: str, beta: float, which: str) -> None:
    classifier = quadrant() if which == "planted" else fresh(0)
    image = picture(classifier)
    with torch.no_grad():
        target = int(classifier.probabilities(image[None]).argmax())
    found = PGCA(masking=masking, beta=beta)(classifier, image[None], torch.tensor([target]), seed=5).values[0]
    wanted = by_hand(classifier, image, target, masking, beta, 5)
    np.testing.assert_allclose(found, wanted, atol=2e-3)
    assert wanted.max() == 1
    assert wanted.std() > 0.05


def test_costs_129_answers() -> None:
    classifier = quadrant()
    with Meter() as meter:
        PGCA()(classifier, picture(classifier)[None], torch.tensor([0]))
    assert meter.queries == 129


def test_a_class_nothing_speaks_for_gets_an_empty_map() -> None:
    classifier = quadrant()
    maps = PGCA(align=True)(classifier, picture(classifier)[None], torch.tensor([1]))
    assert (maps.values == 0).all()
    assert torch.isfinite(maps.facts["moved"]).all()


def test_constant_and_single_maps_give_no_nan() -> None:
    flat, spike = torch.zeros(1, 32, 32), torch.zeros(1, 32, 32)
    spike[0, 4, 4] = 1
    for p in (flat, flat + 1, spike):
        for g in (flat, flat + 1, spike):
            found = consensus(p, g, 1.0)
            assert torch.isfinite(found).all()
    assert (consensus(spike, spike, 1.0) > 0.5).any()


def test_alignment_is_off_by_default_and_says_what_it_moved() -> None:
    classifier = quadrant()
    image, target = picture(classifier)[None], torch.tensor([0])
    plain, aligned = (PGCA(align=align, draws=3)(classifier, image, target) for align in (False, True))
    assert not PGCA().align
    assert "moved" not in plain.facts
    assert 0 < aligned.facts["moved"].item() < 1
    assert not torch.equal(plain.values, aligned.values)


def spot(place: float, size: int = 32, width: float = 1.5) -> Tensor:
    rows, columns = torch.arange(size)[:, None], torch.arange(size)
    return (-((rows - size / 2) ** 2 + (columns - place) ** 2) / (2 * width**2)).exp()


def across(values: Tensor) -> tuple[float, float]:
    """Mean and standard deviation of the columns' mass."""
    mass = values.sum(dim=0) / values.sum()
    places = torch.arange(len(mass), dtype=mass.dtype)
    mean = (mass * places).sum()
    return mean.item(), (mass * (places - mean) ** 2).sum().sqrt().item()


def test_the_barycentre_of_two_spots_is_one_spot_between_them() -> None:
    maps = torch.stack([spot(10), spot(22)])
    place, width = across(barycentre(maps))
    assert place == pytest.approx(16, abs=0.01)
    assert width == pytest.approx(1.7, abs=0.06)
    assert across(maps.mean(dim=0))[1] == pytest.approx(6.2, abs=0.05)
    assert across(barycentre(maps, torch.tensor([3.0, 1.0])))[0] == pytest.approx(13, abs=0.05)


def test_the_barycentre_minimises_the_entropic_cost() -> None:
    """On four points, no distribution near it is cheaper; the cost comes from a plain Sinkhorn on the full matrix."""
    generator = torch.Generator().manual_seed(0)
    maps = torch.rand(2, 1, 4, generator=generator, dtype=torch.float64) + 0.1
    maps = maps / maps.sum(dim=(1, 2), keepdim=True)
    reg, places = 0.2, torch.linspace(0, 1, 4, dtype=torch.float64)
    expense = (places[:, None] - places) ** 2

    def cost(b: Tensor) -> float:
        total = 0.0
        for target in maps[:, 0]:
            kernel, u = (-expense / reg).exp(), torch.ones(4, dtype=torch.float64)
            for _ in range(3000):
                v = target / (kernel.T @ u)
                u = b / (kernel @ v)
            plan = u[:, None] * kernel * v
            total += (plan * expense).sum().item() + reg * (plan * plan.log()).sum().item()
        return total

    best = barycentre(maps, reg=reg, steps=5000, tolerance=1e-14)[0]
    least = cost(best)
    for _ in range(20):
        nearby = (best * (0.02 * torch.randn(4, generator=generator, dtype=torch.float64)).exp()).clamp_min(1e-9)
        assert cost(nearby / nearby.sum()) > least


def test_the_barycentre_survives_distant_mass_and_refuses_none() -> None:
    maps = torch.zeros(2, 64, 64)
    maps[0, 0, 0], maps[1, 63, 63] = 1, 1
    found = barycentre(maps)
    assert found.sum().item() == pytest.approx(1)
    assert divmod(int(found.argmax()), 64)[0] in (31, 32)
    with pytest.raises(ValueError, match="with some mass"):
        barycentre(torch.zeros(2, 4, 4))
