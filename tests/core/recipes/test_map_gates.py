"""G8: a gain in how still maps stay is found, matched by confidence, and looked for with the network forgotten."""

from dataclasses import replace
from typing import Any

import pytest
import torch

from core.catalog import load_classifier
from core.checkpoints.card import Card
from core.contracts.interfaces import Images
from core.evaluation import outcomes
from core.recipes import map_gates
from core.recipes.map_gates import gains

GUIDED, TWIN, RANDOM = "mnist_cnn:lime_guided", "mnist_cnn:pgd_adversarial", "mnist_cnn:random_masks"
COUNT = 40


@pytest.fixture
def data() -> Images:
    pixels = torch.randint(0, 256, (COUNT, 1, 28, 28), generator=torch.Generator().manual_seed(0))
    return Images(pixels.to(torch.uint8), torch.arange(COUNT) % 10, tuple(f"digit {each}" for each in range(10)))


def told(monkeypatch: pytest.MonkeyPatch, guided: float, controls: float, sure: dict[str, float]) -> None:
    """How still each one's maps stay (give or take a little), and how sure each is of the truth."""
    steps = torch.linspace(-0.01, 0.01, COUNT)
    still = {GUIDED: guided, TWIN: controls, RANDOM: controls}
    known = {
        name.replace(":", "_"): {
            "held": outcomes.pack([True] * COUNT),
            "maps": {"integrated_gradients": {"attack": {"spearman": (steps * (1 + place) + value).tolist()}}},
        }
        for place, (name, value) in enumerate(still.items())
    }
    monkeypatch.setattr(outcomes, "read", lambda stem, _sha: known[stem])
    monkeypatch.setattr(map_gates, "_of_truth", lambda classifier, part: torch.full((len(part),), sure[classifier.key]))


def cards() -> dict[str, Card]:
    card = Card(architecture="mnist_cnn", base="mnist_cnn:standard", sha256="x")
    objectives: dict[str, dict[str, Any]] = {
        GUIDED: {"method": "lime_guided"}, TWIN: {"method": "pgd_adversarial"},
        RANDOM: {"method": "lime_guided", "mask_source": "random"},
    }  # fmt: skip
    return {name: replace(card, objective=spec) for name, spec in objectives.items()}


ALIKE = {GUIDED: 0.9, TWIN: 0.85, RANDOM: 0.95}


@pytest.mark.parametrize(
    ("guided", "controls", "sure", "expected"),
    [
        (0.9, 0.7, ALIKE, True),
        (0.7, 0.7, ALIKE, None),  # no gain: nothing to survive
        (0.9, 0.7, ALIKE | {TWIN: 0.5}, False),  # it is only surer than its twin
        (-0.1, -0.3, ALIKE, False),  # the map has no more to do with the network than with one of random weights
    ],
)
def test_a_gain_survives_where_it_is_about_the_model(
    guided: float, controls: float, sure: dict[str, float], expected: bool | None, data: Images,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    told(monkeypatch, guided, controls, sure)
    found = gains(GUIDED, load_classifier(GUIDED), data, cards())
    assert found["passed"] is expected
    entry = found["maps"]["integrated_gradients"]
    assert entry["gain"]["random"]["difference"] == pytest.approx(guided - controls, abs=1e-3)
    assert abs(entry["forgotten"]["mean"]) < 0.2, "gradients of a network of random weights are others"
    assert set(entry["gain"]) == {"unguided", "random"}


def test_what_no_explanation_guided_has_no_such_gains(data: Images) -> None:
    assert gains(TWIN, load_classifier(TWIN), data, cards()) == {}
