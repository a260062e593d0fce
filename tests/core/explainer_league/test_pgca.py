"""PGCA's criteria against formulas written another way, and its weights against scipy's entropies."""

import numpy as np
import pytest
import torch
from scipy.spatial.distance import jensenshannon
from scipy.stats import entropy

from core.classifiers import mnist_cnn
from core.contracts.explainer import Attribution
from core.explainer_league.pgca_criteria import CRITERIA, FAIRNESS, Completeness, Fidelity, Robustness
from core.explainer_league.pgca_weights import entropy_weights, fairness, spread
from core.explainer_league.standings import standings
from tests.core.metrics.doubles import GradientTimesInput


def probability(model: object, image: torch.Tensor, gone: np.ndarray, target: int) -> float:
    covered = image.clone().flatten()
    covered[torch.from_numpy(gone.copy())] = model.mean[0]  # type: ignore[attr-defined]
    return float(model.probabilities(covered.view(1, 1, 28, 28))[0, target])  # type: ignore[attr-defined]


def test_fidelity_and_completeness_are_loops_over_covered_images() -> None:
    model = mnist_cnn.fresh(1)
    images = torch.rand(2, 1, 28, 28, generator=torch.Generator().manual_seed(0))
    values, targets = torch.randn(2, 28, 28, generator=torch.Generator().manual_seed(1)), torch.tensor([4, 7])
    found = [metric(model, images, targets, Attribution(values)) for metric in (Fidelity(), Completeness())]
    for place in range(2):
        order, target = np.argsort(-values[place].numpy().ravel()), int(targets[place])
        top = probability(model, images[place], order[:0], target)
        falls = [
            top - probability(model, images[place], order[: round(784 * k)], target) for k in (0.05, 0.1, 0.2, 0.3, 0.5)
        ]
        assert found[0][place].item() == pytest.approx(np.mean(falls), abs=1e-6)
        whole = top - probability(model, images[place], order, target)
        bands = [order[round(784 * b / 10) : round(784 * (b + 1) / 10)] for b in range(10)]
        parts = sum(top - probability(model, images[place], band, target) for band in bands)
        expected = max(0.0, 1 - abs(parts - whole) / max(abs(whole), 1e-3))
        assert found[1][place].item() == pytest.approx(expected, abs=1e-3)


def test_robustness_is_the_mean_cosine_of_three_draws() -> None:
    model, method = mnist_cnn.fresh(1), GradientTimesInput()
    image, target = torch.rand(1, 1, 28, 28, generator=torch.Generator().manual_seed(0)), torch.tensor([4])
    found = method(model, image, target)
    noise = torch.randn(3, 1, 28, 28, generator=torch.Generator().manual_seed(6))
    cosines = []
    for change, size in zip(noise, (0.01, 0.03, 0.05), strict=True):
        other = method(model, (image + change * size).clamp(0, 1), target).values
        one, two = found.values.flatten().numpy(), other.flatten().numpy()
        cosines.append(one @ two / np.linalg.norm(one) / np.linalg.norm(two))
    value = Robustness()(model, image, target, found, seeds=[6], explainer=method).item()
    assert value == pytest.approx(np.mean(cosines), abs=1e-4)


def test_fairness_is_scipys_divergence_and_weights_its_entropies() -> None:
    spreads = spread(torch.randn(20, 16, 24, generator=torch.Generator().manual_seed(0)))
    assert spreads.shape == (20, 64)
    torch.testing.assert_close(spreads.sum(dim=1), torch.ones(20).double())
    group = torch.arange(20) < 7
    apart = jensenshannon(spreads[group].mean(dim=0).numpy(), spreads[~group].mean(dim=0).numpy()) ** 2
    assert fairness(spreads, group) == pytest.approx(1 - apart / np.log(2))
    with pytest.raises(ValueError, match="both groups"):
        fairness(spreads, group | True)
    scores = np.random.default_rng(0).random((6, 5))
    left = 1 - entropy(scores, axis=0) / np.log(6)
    assert entropy_weights(scores.tolist()) == pytest.approx((left / left.sum()).tolist())
    assert entropy_weights([[0.3, 0.7]]) == [0.5, 0.5]


def test_the_league_weighs_five_criteria_where_there_are_two_groups() -> None:
    draws = torch.rand(3, 4, 12, generator=torch.Generator().manual_seed(0)).tolist()
    rows = [
        {
            "images": list(range(12)), "explainer": key, "values": dict(zip(CRITERIA, draws[place], strict=True)),
            "spread": spread(torch.randn(12, 8, 8, generator=torch.Generator().manual_seed(place))).tolist(),
        }
        for place, key in enumerate("abc")
    ]  # fmt: skip
    four, five = standings(rows)["pgca"], standings(rows, group=[0, 1, 2])["pgca"]
    assert list(four["weights"]) == list(CRITERIA)
    assert list(five["weights"]) == [*CRITERIA, FAIRNESS]
    assert sum(five["weights"].values()) == pytest.approx(1)
    assert set(five["fairness"]) == set(five["scores"]) == {"a", "b", "c"}
    by_hand = sum(
        weight * (sum(draws[0][place]) / 12 if place < 4 else five["fairness"]["a"])
        for place, weight in enumerate(five["weights"].values())
    )
    assert five["scores"]["a"] == pytest.approx(by_hand)
    assert standings(rows, group=list(range(12)))["pgca"]["fairness"] == {}, "one of the groups is empty"
