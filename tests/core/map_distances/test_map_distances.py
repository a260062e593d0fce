"""Every measure of how far a map moved: its promises, and agreement with scipy, scikit-image and counting by hand."""

import json
import math
import time

import numpy as np
import pytest
import torch
from scipy.ndimage import center_of_mass
from scipy.stats import spearmanr
from skimage.metrics import structural_similarity

from core.base.params import from_spec, to_spec
from core.catalog import MAP_DISTANCES
from core.map_distances.centre_of_mass import CentreOfMass
from core.map_distances.spearman import Spearman
from core.map_distances.ssim import Ssim
from core.map_distances.top_k_overlap import TopKOverlap

KEYS = sorted(MAP_DISTANCES)


def maps(count: int = 6, height: int = 28, width: int = 31, seed: int = 0) -> tuple[torch.Tensor, torch.Tensor]:
    """Signed maps, and the same moved a little, each pair by more than the one before."""
    generator = torch.Generator().manual_seed(seed)
    before = torch.randn(count, height, width, generator=generator)
    noise = torch.randn(count, height, width, generator=generator)
    return before, before + torch.linspace(0.05, 3, count).view(-1, 1, 1) * noise


@pytest.mark.parametrize("key", KEYS)
def test_same_for_identical_maps_also_constant_ones(key: str) -> None:
    shift = MAP_DISTANCES[key]()
    before, _ = maps()
    for each in (before, torch.zeros(2, 9, 9), torch.full((2, 9, 9), -0.3)):
        assert shift(each, each).tolist() == pytest.approx([shift.same] * len(each), abs=1e-6)


@pytest.mark.parametrize("key", KEYS)
def test_moves_in_the_direction_it_says_and_stays_finite(key: str) -> None:
    shift = MAP_DISTANCES[key]()
    before, after = maps()
    moved = shift(before, after)
    assert moved.shape == (len(before),)
    assert moved.dtype == torch.float32
    sign = 1 if shift.moved == "higher" else -1
    assert (sign * (moved - shift.same) > 0).all()
    if key != "centre_of_mass":  # more noise is no farther for a centre
        assert (sign * moved.diff() > 0).all()
    one = torch.zeros(1, 9, 9)
    for pair in ((one, one + 1), (one, maps(1, 9, 9)[0]), (maps(1, 9, 9)[0], one + 2), (one, -one - 1e-30)):
        assert torch.isfinite(shift(*pair)).all()


@pytest.mark.parametrize("key", KEYS)
def test_symmetric_batchwise_and_blind_to_scale(key: str) -> None:
    shift = MAP_DISTANCES[key]()
    before, after = maps()
    kept = before.clone(), after.clone()
    found = shift(before, after)
    torch.testing.assert_close(shift(after, before), found, atol=1e-6, rtol=1e-5)
    torch.testing.assert_close(shift(before * 3, after * 3), found, atol=1e-5, rtol=1e-4)
    alone = torch.cat([shift(before[i : i + 1], after[i : i + 1]) for i in range(len(before))])
    torch.testing.assert_close(alone, found)
    assert torch.equal(kept[0], before)
    assert torch.equal(kept[1], after)


@pytest.mark.parametrize("key", KEYS)
def test_spec_survives_json_and_words_are_there(key: str) -> None:
    shift = MAP_DISTANCES[key]()
    assert from_spec(json.loads(json.dumps(to_spec(shift))), MAP_DISTANCES) == shift
    assert shift.title
    assert shift.plain.endswith(".")
    assert shift.moved in ("higher", "lower")


@pytest.mark.parametrize("key", KEYS)
def test_quick_on_photographs(key: str) -> None:
    shift = MAP_DISTANCES[key]()
    before, after = maps(4, 224, 224)
    shift(before, after)
    begun = time.perf_counter()
    shift(before, after)
    assert time.perf_counter() - begun < 2.0


@pytest.mark.parametrize("ties", [False, True])
def test_spearman_is_scipys(ties: bool) -> None:
    before, after = maps()
    if ties:
        before, after = before.round(), after.clamp_min(0)
    expected = [spearmanr(a.ravel(), b.ravel()).statistic for a, b in zip(before.numpy(), after.numpy(), strict=True)]
    np.testing.assert_allclose(Spearman()(before, after).numpy(), expected, atol=1e-6)


def test_spearman_of_constant_maps() -> None:
    before, _ = maps(1)
    flat = torch.full_like(before, 0.25)
    assert Spearman()(before, flat).item() == 0
    assert Spearman()(flat, before).item() == 0
    assert Spearman()(flat, -flat).item() == 1
    assert Spearman()(before, -before).item() == pytest.approx(-1)


@pytest.mark.parametrize("side", [28, 6, 3])
def test_ssim_is_skimages(side: int) -> None:
    before, after = maps(3, side, side)
    window = min(7, side - 1 + side % 2)
    expected = []
    for a, b in zip(before.double().numpy(), after.double().numpy(), strict=True):
        expected.append(structural_similarity(a, b, win_size=window, data_range=2 * max(abs(a).max(), abs(b).max())))
    np.testing.assert_allclose(Ssim()(before, after).numpy(), expected, atol=1e-6)


def test_centre_of_mass_is_scipys() -> None:
    before, after = maps()
    expected = []
    for a, b in zip(before.abs().numpy(), after.abs().numpy(), strict=True):
        expected.append(100 * math.dist(center_of_mass(a), center_of_mass(b)) / math.hypot(27, 30))
    np.testing.assert_allclose(CentreOfMass()(before, after).numpy(), expected, rtol=1e-3)
    corners = torch.zeros(2, 12, 7)
    corners[0, 0, 0], corners[1, -1, -1] = 1, -5
    assert CentreOfMass()(corners[:1], corners[1:]).item() == pytest.approx(100)


@pytest.mark.parametrize("percent", [1.0, 10.0, 33.0, 100.0])
def test_top_k_overlap_is_counted(percent: float) -> None:
    before, after = maps()
    count = max(1, round(before[0].numel() * percent / 100))
    expected = []
    for a, b in zip(before.abs().numpy(), after.abs().numpy(), strict=True):
        first, second = (set(np.argsort(-each.ravel())[:count].tolist()) for each in (a, b))
        expected.append(len(first & second) / len(first | second))
    np.testing.assert_allclose(TopKOverlap(percent=percent)(before, after).numpy(), expected, atol=1e-6)


def test_top_k_overlap_never_chooses_zeros() -> None:
    one, other = torch.zeros(1, 10, 10), torch.zeros(1, 10, 10)
    one[0, 3, 3], other[0, 7, 7] = 1.0, -1.0
    assert TopKOverlap()(one, other).item() == 0  # ten pixels are wanted, one has a value
    assert TopKOverlap()(one, -one).item() == 1
    assert TopKOverlap()(one, torch.zeros_like(one)).item() == 0
