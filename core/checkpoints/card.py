"""What the cards of the shipped checkpoints say, in words: core.recipes.tables has the README's tables."""

from typing import Any

from core.base.paths import CHECKPOINTS
from core.catalog import CLASSIFIERS
from core.checkpoints.tensor_files import read_card
from core.classifiers._packaged import Packaged


def card(name: str) -> dict[str, Any]:
    """The card of a shipped classifier called `source:checkpoint`; empty for any other."""
    return read_card(CHECKPOINTS / f"{name.replace(':', '_')}.safetensors")


def shipped() -> list[str]:
    """The classifiers whose weights come with the project, as `source:checkpoint`, as far as they have a card."""
    sources = [source for source in CLASSIFIERS.values() if issubclass(source, Packaged)]
    names = [f"{source.key}:{checkpoint}" for source in sources for checkpoint in source.titles]
    return [name for name in names if card(name)]


def measured(name: str) -> list[tuple[str, str, str]]:
    """(what, accuracy, 95 % interval and count) of each accuracy on the card of a shipped classifier."""
    found = card(name)
    rows = []
    if clean := found.get("test_clean"):
        rows.append(("original test images", *_words(clean)))
    if attacked := found.get("test_pgd20"):
        rows.append((f"under PGD, {attacked['steps']} steps, {strength(attacked)}", *_words(attacked)))
    if attacked := found.get("test_autoattack"):
        rows.append((f"under AutoAttack, {strength(attacked)}", *_words(attacked)))
    return rows


def strength(entry: dict[str, Any]) -> str:
    return f"{entry['eps'] * 255:.3g}/255"


def _words(entry: dict[str, Any]) -> tuple[str, str]:
    low, high = entry["interval_95"]
    return f"{100 * entry['accuracy']:.1f} %", f"{100 * low:.1f} to {100 * high:.1f} %, {entry['count']:,} images"
