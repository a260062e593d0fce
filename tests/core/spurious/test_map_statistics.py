"""What is said of maps: rank correlation as another library computes it, and the numbers by hand."""

import pytest
import torch
from scipy.stats import spearmanr

from core.occlusion.superpixels import grid
from core.spurious.map_statistics import map_statistics, rank_correlation
from tests.toys import draw

CELLS = grid(16, 16, 4, 4)


def test_rank_correlation_is_scipys_ties_and_all() -> None:
    first, second = (draw(6, 16, seed=seed)[:, CELLS] for seed in (0, 1))
    second[0] = first[0].exp()  # the same order
    found = rank_correlation(first, second)
    wanted = [spearmanr(one.flatten(), other.flatten()).statistic for one, other in zip(first, second, strict=True)]
    assert found.tolist() == pytest.approx(wanted, abs=1e-5)
    assert found[0].item() == pytest.approx(1.0)


def test_numbers_by_hand() -> None:
    rising = torch.arange(1.0, 17.0)[CELLS]
    falling, even, none = rising.flip(0, 1), torch.ones(16, 16), torch.zeros(16, 16)
    maps = torch.stack([rising, rising - 4.5, falling, even]).half()  # four cells of sixteen are below 0
    found = map_statistics(maps, torch.stack([falling, rising, none, rising]).half())
    assert found["told"] == 0.75
    assert found["against"] == pytest.approx((0 + 0.25 + 0) / 3)
    assert found["alike"] == pytest.approx((1 - 1 - 1) / 3)  # each of the three with the next
    assert found["drift"] == pytest.approx((2 + 0) / 2)  # the third had none before, the fourth tells nothing now


def test_what_cannot_be_said_is_left_out() -> None:
    assert map_statistics(torch.ones(3, 6, 6).half(), torch.ones(3, 6, 6).half()) == {"told": 0.0}
    assert map_statistics(torch.zeros(0, 6, 6), None) == {}
    assert set(map_statistics(draw(1, 6, 6), None)) == {"told", "against"}


def test_many_maps_are_looked_at_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    maps, before = draw(23, 16, seed=3)[:, CELLS], draw(23, 16, seed=4)[:, CELLS]
    whole = map_statistics(maps, before)
    monkeypatch.setattr("core.spurious.map_statistics.PART", 5)
    assert map_statistics(maps, before) == pytest.approx(whole)
