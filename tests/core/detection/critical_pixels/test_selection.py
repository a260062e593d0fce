"""Critical pixels on planted signatures, their counts and ties, and how stable they are against brute force."""

import json
from itertools import combinations

import numpy as np
import pytest
import torch

from core.base.cancellation import Cancelled, CancelScope
from core.contracts.finite import NotFinite
from core.detection.critical_pixels.selection import Rule, by_class, critical_pixels, importance
from core.detection.critical_pixels.stability import chance_jaccard, jaccard, stability
from tests.toys import draw


def signatures(images: int = 40, side: int = 8) -> tuple[torch.Tensor, torch.Tensor]:
    """Signed noise; the original's are strong in the first row, the attack adds, of either sign, to the last."""
    clean, change = draw(images, side, side, seed=1) - 0.5, draw(images, side, side, seed=2) - 0.5
    clean[:, 0] += 5
    change[:, -1] += torch.where(draw(images, side, seed=3) < 0.5, -3.0, 3.0)
    return clean, clean + change


def test_the_two_readings_find_what_each_is_about() -> None:
    clean, attacked = signatures()
    first, last = torch.zeros(8, 8, dtype=torch.bool), torch.zeros(8, 8, dtype=torch.bool)
    first[0], last[-1] = True, True
    assert torch.equal(critical_pixels("generation", clean, attacked, Rule(1 / 8)).chosen, first)
    assert torch.equal(critical_pixels("detection", clean, attacked, Rule(1 / 8)).chosen, last), "not by the mean sign"


def test_importance_is_the_mean_of_absolute_values_in_double_precision() -> None:
    clean, attacked = signatures()
    a, b = clean.double().numpy(), attacked.double().numpy()
    assert importance("generation", clean, attacked).dtype == torch.float64
    assert importance("generation", clean, attacked).numpy() == pytest.approx(np.abs(b).mean(axis=0))
    assert importance("detection", clean, attacked).numpy() == pytest.approx(np.abs(b - a).mean(axis=0), rel=1e-5)


@pytest.mark.parametrize(("share", "count"), [(0.1, 78), (0.15, 118), (0.0001, 1), (0.999, 783)])
def test_a_share_is_exact_whatever_ties_there_are(share: float, count: int) -> None:
    maps = torch.stack([torch.zeros(28, 28), (draw(28, 28) * 3).round(), draw(28, 28, seed=4)])
    chosen = Rule(share)(maps)
    assert chosen.flatten(1).sum(dim=1).tolist() == [count] * 3
    assert chosen[0].flatten().tolist() == [True] * count + [False] * (784 - count), "earlier ones first"
    for values, picked in zip(maps, chosen, strict=True):
        assert values[picked].min() >= values[~picked].max()
        assert torch.equal(Rule(share)(values), picked)


def test_by_standard_deviations() -> None:
    maps = draw(9, 9)
    picked = Rule(deviations=1.0)(maps).numpy()
    assert np.array_equal(picked, maps.numpy() > maps.numpy().mean() + maps.numpy().std())
    assert 0 < picked.sum() < 81
    one = torch.tensor([[0.0, 0.0, 0.0, 1.0]])  # mean 0.25, deviation 0.433 divided by n, 0.5 by n - 1
    assert [int(Rule(deviations=each)(one).sum()) for each in (1.7, 1.8)] == [1, 0]
    assert not Rule(deviations=0.0)(torch.ones(3, 3)).any(), "none of equal pixels is above their mean"
    assert "1 standard" in Rule(deviations=1.0).words
    assert "10 %" in Rule(0.1).words


def test_sets_of_classes_are_those_of_their_images() -> None:
    clean, attacked = signatures()
    labels = torch.arange(40) % 3 * 2
    found = by_class("detection", clean, attacked, labels)
    assert list(found) == [0, 2, 4]
    alone = critical_pixels("detection", clean[labels == 2], attacked[labels == 2])
    assert torch.equal(found[2].importance, alone.importance)
    assert torch.equal(found[2].chosen, alone.chosen)
    with pytest.raises(ValueError, match="40 labels"):
        by_class("detection", clean, attacked, labels[:3])


def test_what_is_told_is_json() -> None:
    clean, attacked = signatures()
    found = critical_pixels("detection", clean, attacked)
    told = json.loads(json.dumps(found.told()))
    assert (told["count"], told["pixels"], len(told["importance"])) == (6, 64, 8)
    chosen = torch.zeros(64, dtype=torch.bool)
    chosen[told["chosen"]] = True
    assert torch.equal(chosen.view(8, 8), found.chosen)
    often = json.loads(json.dumps(stability("detection", clean, attacked, resamples=10).told()))["often"]
    assert len(often) == 8


def test_what_does_not_fit_is_said() -> None:
    clean, attacked = signatures()
    for share in (0.0, 1.0, float("nan")):
        with pytest.raises(ValueError, match="share"):
            Rule(share)
    with pytest.raises(ValueError, match="deviations"):
        Rule(deviations=float("inf"))
    with pytest.raises(ValueError, match="twice"):
        importance("detection", clean[:3], attacked)
    with pytest.raises(ValueError, match="twice"):
        importance("detection", clean[:0], attacked[:0])
    with pytest.raises(ValueError, match="reading"):
        importance("both", clean, attacked)  # type: ignore[arg-type]
    with pytest.raises(NotFinite, match="attacked"):
        importance("generation", clean, attacked * float("nan"))
    with pytest.raises(ValueError, match="resample"):
        stability("detection", clean, attacked, resamples=0)


@pytest.mark.parametrize(("first", "second", "pixels"), [(3, 3, 7), (2, 4, 6), (5, 4, 6), (0, 2, 4), (4, 4, 4)])
def test_the_chance_level_is_the_mean_over_all_sets(first: int, second: int, pixels: int) -> None:
    fixed = set(range(first))
    every = [len(fixed & set(other)) / len(fixed | set(other)) for other in combinations(range(pixels), second)]
    assert chance_jaccard(first, second, pixels) == pytest.approx(np.mean(every))


def test_stability_is_that_of_resamples_drawn_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    clean, attacked = signatures(12)
    rule = Rule(0.3)
    seen: list[tuple[int, int]] = []
    monkeypatch.setattr("core.detection.critical_pixels.stability.AT_ONCE", 64 * 150)
    found = stability(
        "detection", clean, attacked, rule, resamples=400, seed=5, on_done=lambda *pair: seen.append(pair)
    )  # fmt: skip
    assert seen == [(150, 400), (300, 400), (400, 400)]
    rng, whole = np.random.default_rng(5), critical_pixels("detection", clean, attacked, rule).chosen
    sets = []
    for times in rng.multinomial(12, np.full(12, 1 / 12), size=400):
        rows = np.repeat(np.arange(12), times)
        sets.append(critical_pixels("detection", clean[rows], attacked[rows], rule).chosen)
    values = [len(set(_places(each)) & set(_places(whole))) / len(set(_places(each + whole))) for each in sets]
    assert found.jaccard == pytest.approx(np.mean(values))
    assert (found.low, found.high) == pytest.approx(tuple(np.percentile(values, [2.5, 97.5])))
    assert torch.allclose(found.often, torch.stack(sets).double().mean(dim=0))
    assert found.chance == pytest.approx(chance_jaccard(19, 19, 64))
    assert found.jaccard is not None
    assert found.chance + 0.2 < found.jaccard < 1


def _places(chosen: torch.Tensor) -> list[int]:
    places: list[int] = chosen.flatten().nonzero()[:, 0].tolist()
    return places


def test_signatures_without_a_pattern_are_hardly_stabler_than_chance_in_new_images() -> None:
    """The resampled images are the same ones: on independent images only chance is left."""
    clean, noise, other = torch.zeros(30, 16, 16), draw(30, 16, 16, seed=1), draw(30, 16, 16, seed=2)
    rule = Rule(0.2)
    fresh = jaccard(rule(importance("detection", clean, noise)), rule(importance("detection", clean, other)))
    found = stability("detection", clean, noise, rule, resamples=200)
    assert found.jaccard is not None
    assert abs(float(fresh) - found.chance) < 0.12
    assert found.jaccard > float(fresh)


def test_one_image_and_none_chosen() -> None:
    clean, attacked = signatures(1)
    found = stability("detection", clean, attacked, resamples=5)
    assert (found.jaccard, found.low, found.high) == (None, None, None)
    assert found.often.sum() == 6
    empty = stability("detection", clean.expand(3, -1, -1), clean.expand(3, -1, -1), Rule(deviations=2.0), resamples=5)
    assert (empty.jaccard, empty.chance, empty.often.sum()) == (1, 1, 0)


def test_resampling_can_be_stopped() -> None:
    clean, attacked = signatures(3)
    with CancelScope() as scope, pytest.raises(Cancelled):
        scope.stop()
        stability("detection", clean, attacked)


def test_versions_of_one_image_are_one_sample() -> None:
    clean, attacked = torch.rand(2, 12, 4, 4, generator=torch.Generator().manual_seed(3))
    once = stability("detection", clean, attacked, resamples=50)
    sources = torch.arange(12).repeat(3)
    thrice = stability("detection", clean.repeat(3, 1, 1), attacked.repeat(3, 1, 1), sources=sources, resamples=50)
    assert thrice.told() == once.told()
    blind = stability("detection", clean.repeat(3, 1, 1), attacked.repeat(3, 1, 1), resamples=50)
    assert blind.jaccard is not None
    assert once.jaccard is not None
    assert blind.jaccard > once.jaccard, "as if there were three times the images"
