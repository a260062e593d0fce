"""Gates that need controls: G2 finds who is ahead of AutoAttack, G7 asks for a difference beyond its interval."""

from dataclasses import replace

import pytest
import torch

from core.catalog import load_classifier
from core.checkpoints.card import Card
from core.contracts.interfaces import Images
from core.evaluation import outcomes
from core.evaluation.autoattack_verdict import HELD
from core.recipes import control_gates
from core.recipes.control_gates import beats_controls, beyond_gradients

GUIDED, TWIN, RANDOM = "s:guided", "s:twin", "s:random"
CARD = Card(architecture="net", base="s:standard")


def cards() -> dict[str, Card]:
    objectives = {GUIDED: {"method": "lime_guided"}, TWIN: {"method": "pgd_adversarial"},
                  RANDOM: {"method": "lime_guided", "mask_source": "random"}}  # fmt: skip
    return {name: replace(CARD, objective=spec, sha256=name) for name, spec in objectives.items()}


def told(monkeypatch: pytest.MonkeyPatch, **right: int) -> None:
    """Of 200 images, how many each holds under AutoAttack."""
    known = {name: {"autoattack": HELD * right[name] + "1" * (200 - right[name])} for name in right}
    monkeypatch.setattr(outcomes, "read", lambda stem, _sha: known[stem.partition("_")[2]])


@pytest.mark.parametrize(
    ("guided", "twin", "random", "expected"),
    [(120, 60, 60, True), (120, 60, 119, False), (120, 119, 60, False), (60, 120, 120, False)],
)
def test_both_controls_must_be_beaten_beyond_the_interval(
    guided: int, twin: int, random: int, expected: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    told(monkeypatch, guided=guided, twin=twin, random=random)
    assert beats_controls(GUIDED, cards()) is expected
    assert beats_controls(TWIN, cards()) is None, "no explanation guided it"
    alone = {name: card for name, card in cards().items() if name != RANDOM}
    assert beats_controls(GUIDED, alone) is None, "one control is missing"


def test_nobody_may_be_ahead_of_autoattack(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(control_gates, "FEW", 12)
    monkeypatch.setattr(control_gates, "TRIES", 5)
    model = load_classifier("mnist_cnn:pgd_adversarial")
    pixels = torch.randint(0, 256, (12, 1, 28, 28), generator=torch.Generator().manual_seed(0)).to(torch.uint8)
    labels = model.probabilities(pixels.float() / 255).argmax(dim=1)
    data = Images(pixels, labels, model.labels)

    def found(held: list[bool] | None) -> dict[str, object]:
        return beyond_gradients(model, data, 4 / 255, 1 / 255, held, "mnist_cnn:standard")

    assert found(None)["passed"] is None
    assert found([False] * 12)["passed"] is True
    shares = found([True] * 12)
    assert shares["passed"] is (min(float(str(shares["square"])), float(str(shares["transfer"]))) == 1.0)
    assert shares["count"] == 12
