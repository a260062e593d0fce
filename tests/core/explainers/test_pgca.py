"""PGCA against the five stages written out with loops."""

import math

import numpy as np
import pytest
import torch
from scipy.ndimage import gaussian_filter
from torch import Tensor

from core.base.cancellation import CancelScope
from core.classifiers.mnist_cnn import fresh
from core.contracts.classifier import Classifier
from core.contracts.toy_models import checkers, quadrant
from core.explainers.grad_cam_pp import GradCAMPP
from core.explainers.pgca import PGCA, consensus


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


def by_hand(classifier: Classifier, image: Tensor, target: int, method: PGCA, seed: int) -> np.ndarray:
    height, width = image.shape[1:]

    def probability(changed: Tensor) -> float:
        return classifier.probabilities(changed[None])[0, target].item()

    generator = torch.Generator().manual_seed(seed)
    noises = [torch.randn(image.shape, generator=generator) for _ in range(method.draws)]
    noises = [(image.mean() + image.std(correction=0) * noise).clamp(0, 1) for noise in noises]
    black = torch.zeros_like(image)
    half = [(black, 0.5)] + [(noise, 0.5 / method.draws) for noise in noises]
    fills = {"zero": [(black, 1.0)], "noise": [(noise, 1 / method.draws) for noise in noises], "both": half}[
        method.masking
    ]
    p = np.zeros((8, 8))
    for row in range(8):
        for column in range(8):
            for fill, share in fills:
                changed = image.clone()
                for y in range(height):
                    for x in range(width):
                        if (y * 8 // height, x * 8 // width) == (row, column):
                            changed[:, y, x] = fill[:, y, x]
                p[row, column] += max(probability(image) - probability(changed), 0) * share
    p = enlarged(scaled(p), height, width)
    g = scaled(GradCAMPP()(classifier, image[None], torch.tensor([target])).values[0].double().numpy())
    c = 0.5 * (p + g) + method.beta * np.sqrt(p * g)
    c = gaussian_filter(c, height / 32, mode="nearest", radius=math.ceil(3 * height / 32))
    low, high = np.percentile(c, [2, 98])
    c = (np.clip(c, low, high) - low) / (high - low)
    return scaled(c ** min(max(math.log(0.5) / math.log(c.mean()), 0.5), 2))


def picture(classifier: Classifier, seed: int = 0) -> Tensor:
    image = 0.4 * torch.rand(classifier.size, generator=torch.Generator().manual_seed(seed))
    half = classifier.size[1] // 2
    image[:, :half, :half] += 0.3 + 0.25 * checkers(half, classifier.size[0])
    return image


@pytest.mark.parametrize("which", ["planted", "mnist"])
@pytest.mark.parametrize(
    "method",
    [PGCA(), PGCA(masking="zero", beta=0.0), PGCA(masking="noise", beta=2.5), PGCA(draws=3)],
    ids=["both", "zero", "noise", "draws"],
)
def test_is_the_five_stages_written_with_loops(method: PGCA, which: str) -> None:
    classifier = quadrant() if which == "planted" else fresh(0)
    image = picture(classifier)
    target = int(classifier.probabilities(image[None]).argmax())
    found = method(classifier, image[None], torch.tensor([target]), seed=5).values[0]
    wanted = by_hand(classifier, image, target, method, 5)
    np.testing.assert_allclose(found, wanted, atol=2e-3)
    assert wanted.max() == 1
    assert wanted.std() > 0.05


def test_costs_129_answers() -> None:
    classifier = quadrant()
    with CancelScope() as scope:
        PGCA()(classifier, picture(classifier)[None], torch.tensor([0]))
    assert scope.queries == 129


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


@pytest.mark.parametrize("align", [False, True])
def test_only_noise_is_drawn(align: bool) -> None:
    classifier = quadrant()
    for masking in ("zero", "noise", "both"):
        method = PGCA(masking=masking, align=align)
        one, other = (
            method(classifier, picture(classifier)[None], torch.tensor([0]), seed=seed).values for seed in (1, 2)
        )
        assert method.random == (not torch.equal(one, other)) == (masking != "zero")


def test_alignment_is_off_by_default_and_says_what_it_moved() -> None:
    classifier = quadrant()
    image, target = picture(classifier)[None], torch.tensor([0])
    plain, aligned = (PGCA(align=align, draws=3)(classifier, image, target) for align in (False, True))
    assert not PGCA().align
    assert "moved" not in plain.facts
    assert 0 < aligned.facts["moved"].item() < 1
    assert not torch.equal(plain.values, aligned.values)
