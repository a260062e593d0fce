"""What the cards say in words: the app's rows and the README's tables, from cards made up for the purpose."""

from typing import Any

import pytest

from core.catalog import CLASSIFIERS
from core.checkpoints.card import Card
from core.evaluation import outcomes
from core.recipes import published_numbers as card_tables
from core.recipes.table_words import MISSING


def made(method: str, clean: float, **more: Any) -> Card:
    entry = {"accuracy": clean, "count": 1000, "interval_95": [clean - 0.03, clean + 0.03]}
    return Card.parse({
        "architecture": "cifar10_resnet20", "data": "cifar10", "objective": {"method": method} | more.pop("fields", {}),
        "schedule": {"epochs": 20}, "training_minutes": 57.1, "test_clean": entry, "sha256": method,
    } | more)  # fmt: skip


def test_every_shipped_checkpoint_is_in_the_table() -> None:
    names = list(card_tables.shipped())
    titles = [
        f"{key}:{title}"
        for key in ("cifar100_resnet20", "cifar10_resnet18", "cifar10_resnet20", "mnist_cnn")
        for title in CLASSIFIERS[key].titles
    ]
    assert set(titles) >= set(names)
    assert {"cifar10_resnet20:standard", "cifar10_resnet20:adversarial", "mnist_cnn:standard"} <= set(names)
    assert all(f"| `{name}` |" in card_tables.table() for name in names)


def test_autoattack_is_said_as_the_others_are() -> None:
    entry = {"accuracy": 0.366, "count": 1000, "interval_95": [0.3367, 0.3963], "eps": 8 / 255}
    card = made("trades", 0.7, test_autoattack=entry)
    assert card.accuracies()[-1] == ("under AutoAttack, 8/255", "36.6 %", "33.7 to 39.6 %, 1,000 images")


def test_what_is_missing_is_said_and_pairs_are_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    agreement = {"all": {"mean": 0.5, "interval_95": [0.4, 0.6], "count": 200}, "held": {"count": 0}}
    maps = {"stability": {"maps": {"lime": {"spearman": {"attack": agreement, "noise": agreement}}}}}
    found = {
        "r:fast": made("fast_adversarial", 0.7, gradient_evaluations=1_960_000),
        "r:lime": made("lime_guided", 0.7, **maps),
        "r:random": made("lime_guided", 0.7, fields={"mask_source": "random", "fill": "patch"}),
        "r:shuffled": made("lime_guided", 0.7, fields={"mask_source": "shuffled"}),
    }
    hits = {
        "r_lime": [True] * 48 + [False] * 2,
        "r_fast": [True] * 36 + [False] * 12 + [True] * 2,
    }
    monkeypatch.setattr(card_tables, "shipped", lambda: found)
    monkeypatch.setattr(outcomes, "read", lambda stem, _: {"clean": outcomes.pack(hits[stem])} if stem in hits else {})
    table = card_tables.table()
    fast = next(line for line in table.splitlines() if line.startswith("| `r:fast` | Fast"))
    assert "| 2.0 million | 20 epochs, 57 min |" in fast
    assert fast.count(MISSING) == 2
    assert "| LIME-guided refinement (mask source random) |" in table, "what is as usual is not listed"
    assert "| `r:lime` | all: 200 | 0.50, 0.40 to 0.60 (noise 0.50) |" in table
    assert "| `r:lime` | right before and after: 0 | too few |" in table
    assert "| `r:lime` minus `r:fast` | +20.0 points (+5.7 to +34.0; 50) | not measured | not measured |" in table
    assert "| `r:lime` minus `r:random` | not measured |" in table
    assert "| `r:lime` minus `r:shuffled` | not measured |" in table


def test_an_autoattack_that_was_begun_is_not_called_one(monkeypatch: pytest.MonkeyPatch) -> None:
    entry = {"accuracy": 0.33, "count": 1000, "interval_95": [0.3016, 0.3597], "eps": 8 / 255}
    begun = {"test_autoattack_begun": entry | {"after": {"clean": 548, "apgd-ce": 330}}, "images": 10_000}
    found = {
        "r:lime": made("lime_guided", 0.5, machine="NVIDIA H200", **begun),
        "r:random": made("lime_guided", 0.6, fields={"mask_source": "random"}, **begun),
    }
    kept = {"r_lime": "1" * 6 + "9" * 44, "r_random": "0" * 2 + "9" * 48}
    monkeypatch.setattr(card_tables, "shipped", lambda: found)
    monkeypatch.setattr(outcomes, "read", lambda stem, _: {"autoattack_begun": kept[stem], "order_begun": ["apgd-ce"]})
    table = card_tables.table()
    assert "from scratch on 10,000 images" in table
    assert "| not measured; APGD-CE alone: 33.0 % (30.2 to 36.0; 1,000) |" in table
    assert "min (NVIDIA H200) |" in table
    assert "| `r:lime` minus `r:random` | not measured | not measured | APGD-CE alone: -8.0 points" in table
    assert found["r:lime"].accuracies()[-1][0] == "original test images"
