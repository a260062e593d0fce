"""What the cards of the shipped checkpoints say, in words; `python -m core.cards` prints the README's table."""

import sys
from typing import Any

from core.checkpoint import read_card
from core.paths import CHECKPOINTS

SHIPPED = ("cifar10_resnet20:standard", "cifar10_resnet20:adversarial", "mnist_cnn:standard")


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


def table() -> str:
    """A Markdown table of the shipped checkpoints: accuracies with their 95 % intervals, recipe, cost."""
    lines = ["| checkpoint | objective | original test images | under attack | training |", "|---|---|---|---|---|"]
    for name in SHIPPED:
        found = card(name)
        clean, attacked = [f"{value} ({interval}){what}" for value, interval, what in _both(name)]
        cost = f"{found['schedule']['epochs']} epochs, {found['training_minutes']:.0f} min on {found['threads']} thread"
        lines.append(f"| `{name}` | {found['objective']['method']} | {clean} | {attacked} | {cost} |")
    return "\n".join(lines)


def _both(name: str) -> list[tuple[str, str, str]]:
    named = [(what if what.startswith("under") else "", value, interval) for what, value, interval in measured(name)]
    return [(value, interval, f" {what}".rstrip()) for what, value, interval in named]


if __name__ == "__main__":
    sys.stdout.write(table() + "\n")
