"""What the cards of the shipped checkpoints say, in words."""

from typing import Any

from core.checkpoint import read_card
from core.paths import CHECKPOINTS


def card(name: str) -> dict[str, Any]:
    """The card of a shipped classifier called `source:checkpoint`; empty for any other."""
    return read_card(CHECKPOINTS / f"{name.replace(':', '_')}.safetensors")


def measured(name: str) -> list[tuple[str, str, str]]:
    """(what, accuracy, 95 % interval and count) of each accuracy on the card of a shipped classifier."""
    found = card(name)
    rows = []
    if clean := found.get("test_clean"):
        rows.append(("original test images", *_words(clean)))
    if attacked := found.get("test_pgd20"):
        rows.append((f"under PGD, {attacked['steps']} steps, {attacked['eps'] * 255:.3g}/255", *_words(attacked)))
    return rows


def _words(entry: dict[str, Any]) -> tuple[str, str]:
    low, high = entry["interval_95"]
    return f"{100 * entry['accuracy']:.1f} %", f"{100 * low:.1f} to {100 * high:.1f} %, {entry['count']:,} images"
