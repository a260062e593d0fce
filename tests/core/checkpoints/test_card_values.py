"""What stands on a card is of its field's kind, or a sentence."""

import json
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from core.base.paths import CHECKPOINTS
from core.checkpoints.card import Card
from core.checkpoints.card_values import refuse_misspelt


@pytest.mark.parametrize(
    ("name", "value", "wanted"),
    [
        ("title", 3, "'title' as a text"),
        ("labels", "cat", "'labels' as a list of texts"),
        ("labels", ["cat", 3], "'labels' as a list of texts"),
        ("labels", ["cat", None], "'labels' as a list of texts"),
        ("size", [3, 32.5, 32], "'size' as a list of whole numbers"),
        ("size", [3, -32, 32], "'size' as a list of whole numbers"),
        ("mean", ["x"], "'mean' as a list of numbers"),
        ("resize", True, "'resize' as a whole number from 0 up"),
        ("averaged", 1, "'averaged' as true or false"),
        ("objective", "trades", "'objective' as an object"),
        ("held", {"clean": "high"}, "'held' as an object of numbers by name"),
        ("masks", [1], "'masks' as a list of objects"),
        ("seconds", 1e300, "1e\\+300, which is out of all range"),
        ("test_clean", {"accuracy": 1e300}, "1e\\+300, which is out of all range"),
    ],
)
def test_values_of_another_kind_are_a_sentence(name: str, value: Any, wanted: str) -> None:
    with pytest.raises(ValueError, match=wanted) as said:
        Card.parse({name: value}, "the card a.json")
    assert str(said.value).startswith("the card a.json ")


@pytest.mark.parametrize(
    "raw", [b"[" * 100_000, b'{"a":' * 100_000, b'{"title": NaN}', b'{"images": 1e999}', b"\xff", b"[]"]
)
def test_a_card_that_is_no_card_is_a_sentence(tmp_path: Path, raw: bytes) -> None:
    (tmp_path / "best.json").write_bytes(raw)
    with pytest.raises(ValueError, match="the card best.json "):
        Card.read(tmp_path / "best.safetensors")


def test_a_byte_order_mark_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_bytes(b'\xef\xbb\xbf{"title": "two\\n lines\\u001b[31m"}')
    card = Card.read(tmp_path / "a.safetensors")
    assert card is not None
    assert card.title == "two lines"


def test_what_is_misspelt_is_named_with_what_was_meant() -> None:
    for name, meant in (("lables", "labels"), ("Mean", "mean"), ("sha265", "sha256"), ("stdev", "std")):
        card = Card.parse({"architecture": "resnet20", name: ["x"]})
        with pytest.raises(ValueError, match=f"an entry '{name}' that no card has; the nearest is '{meant}'"):
            refuse_misspelt(card, "the card a.json")


@pytest.mark.parametrize("path", sorted(CHECKPOINTS.glob("*.json")), ids=lambda path: path.stem)
def test_the_shipped_cards_are_read_as_they_are(path: Path) -> None:
    card = Card.read(path.with_suffix(".safetensors"))
    assert card is not None
    assert card.entries() == json.loads(path.read_text())
    refuse_misspelt(card, path.name)


def test_every_field_is_of_a_kind_that_is_checked() -> None:
    for entry in fields(Card):
        if entry.name != "more":
            with pytest.raises(ValueError, match=f"'{entry.name}' as"):
                Card.parse({entry.name: object()})
