"""What the cards of the shipped checkpoints say, in words; `python -m core.cards` prints the README's tables."""

import sys
from typing import Any

from core.assess import outcomes
from core.assess.paired import Difference
from core.catalog import CLASSIFIERS, DATASETS, EXPLAINERS, OBJECTIVES
from core.checkpoint import read_card
from core.params import to_spec
from core.paths import CHECKPOINTS
from core.shipped import Shipped

ACCURACIES = {"test_clean": "clean", "test_pgd20": "pgd20", "test_autoattack": "autoattack"}  # card -> outcomes
MISSING = "not measured"


def card(name: str) -> dict[str, Any]:
    """The card of a shipped classifier called `source:checkpoint`; empty for any other."""
    return read_card(CHECKPOINTS / f"{name.replace(':', '_')}.safetensors")


def shipped() -> list[str]:
    """The classifiers whose weights come with the project, as `source:checkpoint`, as far as they have a card."""
    sources = [source for source in CLASSIFIERS.values() if issubclass(source, Shipped)]
    names = [f"{source.key}:{checkpoint}" for source in sources for checkpoint in source.titles]
    return [name for name in names if card(name)]


def measured(name: str) -> list[tuple[str, str, str]]:
    """(what, accuracy, 95 % interval and count) of each accuracy on the card of a shipped classifier."""
    found = card(name)
    rows = []
    if clean := found.get("test_clean"):
        rows.append(("original test images", *_words(clean)))
    if attacked := found.get("test_pgd20"):
        rows.append((f"under PGD, {attacked['steps']} steps, {_strength(attacked)}", *_words(attacked)))
    if attacked := found.get("test_autoattack"):
        rows.append((f"under AutoAttack, {_strength(attacked)}", *_words(attacked)))
    return rows


def _strength(entry: dict[str, Any]) -> str:
    return f"{entry['eps'] * 255:.3g}/255"


def _words(entry: dict[str, Any]) -> tuple[str, str]:
    low, high = entry["interval_95"]
    return f"{100 * entry['accuracy']:.1f} %", f"{100 * low:.1f} to {100 * high:.1f} %, {entry['count']:,} images"


def table() -> str:
    """Markdown for the README: by data set, what the shipped checkpoints withstand and how still their maps stay."""
    cards = {name: card(name) for name in shipped()}
    parts = []
    for data in dict.fromkeys(found["data"] for found in cards.values()):
        some = {name: found for name, found in cards.items() if found["data"] == data}
        parts += [_accuracies(DATASETS[data].title, some), _stability(some), _pairs(some)]
    return "\n\n".join(part for part in parts if part)


def _rows(head: list[str], rows: list[list[str]]) -> str:
    lines = [f"| {' | '.join(cells)} |" for cells in (head, *rows)]
    return "\n".join([lines[0], "|---" * len(head) + "|", *lines[1:]])


def _accuracies(title: str, cards: dict[str, dict[str, Any]]) -> str:
    strengths = sorted({_strength(found["test_pgd20"]) for found in cards.values() if "test_pgd20" in found})
    said = (
        f"**{title}.** Right answers on test images, with 95 % intervals and the number of images: as they are, and "
        f"attacked by at most {' or '.join(strengths)} per pixel value. Gradient evaluations are what a training cost; "
        "its minutes are those of the clock, whatever else the machine did meanwhile."
    )
    head = ["checkpoint", "trained by", "original", "PGD-20", "AutoAttack", "gradient evaluations", "training"]
    rows = []
    for name, found in cards.items():
        evaluations = found.get("gradient_evaluations")
        cost = f"{found['schedule']['epochs']} epochs, {found['training_minutes']:.0f} min"
        rows.append(
            [f"`{name}`", _objective(found["objective"]) + _base(found), *(_cell(found.get(key)) for key in ACCURACIES)]
            + [f"{evaluations / 1e6:.1f} million" if evaluations else MISSING, cost]
        )
    return f"{said}\n\n{_rows(head, rows)}"


def _objective(spec: dict[str, Any]) -> str:
    """The objective's title, and what was set otherwise than usual."""
    if spec["method"] not in OBJECTIVES:
        return str(spec["method"])
    kind = OBJECTIVES[spec["method"]]
    usual = to_spec(kind())
    changed = [f"{key.replace('_', ' ')} {value}" for key, value in spec.items() if usual.get(key) != value]
    return f"{kind.title} ({', '.join(changed)})" if changed else kind.title


def _base(found: dict[str, Any]) -> str:
    return f", from `{found['base']}`" if found.get("base") else ""


def _cell(entry: dict[str, Any] | None) -> str:
    if entry is None:
        return MISSING
    low, high = entry["interval_95"]
    return f"{100 * entry['accuracy']:.1f} % ({100 * low:.1f} to {100 * high:.1f}; {entry['count']:,})"


def _stability(cards: dict[str, dict[str, Any]]) -> str:
    """Rank agreement of the maps with the original's: under attack, and in brackets under the controls."""
    keys = list(dict.fromkeys(key for found in cards.values() for key in found.get("stability", {}).get("maps", {})))
    if not keys:
        return ""
    said = (
        "How still the maps stay under PGD-20: rank agreement (Spearman) with the original picture's map, 1 being the "
        "same order, mean over images with its 95 % interval. In brackets the same for ordinary noise of the attack's "
        "size and, where the method draws random numbers, for another draw. Each map is that of the true label."
    )
    rows = []
    for name, found in cards.items():
        maps = found.get("stability", {}).get("maps", {})
        for which, words in (("all", "all"), ("held", "right before and after")):
            counts = {each["spearman"]["attack"][which]["count"] for each in maps.values()}
            count = ", ".join(map(str, counts)) or MISSING
            rows.append([f"`{name}`", f"{words}: {count}", *(_agreement(maps.get(key), which) for key in keys)])
    return f"{said}\n\n{_rows(['checkpoint', 'images', *(EXPLAINERS[key].title for key in keys)], rows)}"


def _agreement(found: dict[str, Any] | None, which: str) -> str:
    if found is None:
        return MISSING
    entries = {comparison: entry[which] for comparison, entry in found["spearman"].items()}
    if "mean" not in entries["attack"]:
        return "too few"
    mean, (low, high) = (entries["attack"][part] for part in ("mean", "interval_95"))
    controls = {"noise": "noise", "seed": "other draw"}
    others = [f"{words} {entries[key]['mean']:.2f}" for key, words in controls.items() if key in entries]
    return f"{mean:.2f}, {low:.2f} to {high:.2f} ({', '.join(others)})"


def _pairs(cards: dict[str, dict[str, Any]]) -> str:
    """LIME-guided training against its controls, on the same images; "" where there is none to compare."""
    guided = [name for name, found in cards.items() if _masks(found) == "lime"]
    others = [name for name, found in cards.items() if _masks(found) in ("random", "unguided")]
    keep = {name: outcomes.read(name.replace(":", "_"), found["sha256"]) for name, found in cards.items()}
    alike = ("architecture", "base")
    pairs = [(a, b) for a in guided for b in others if all(cards[a].get(key) == cards[b].get(key) for key in alike)]
    if not pairs:
        return ""
    keys = list(dict.fromkeys(key for a, _ in pairs for key in keep[a].get("maps", {})))
    head = ["first minus second", "original", "PGD-20", "AutoAttack", *(EXPLAINERS[key].title for key in keys)]
    rows = []
    for a, b in pairs:
        cells = [_points(outcomes.difference(keep[a], keep[b], what), 100, " points") for what in ACCURACIES.values()]
        cells += [_points(outcomes.steadier(keep[a], keep[b], key), 1, "") for key in keys]
        rows.append([f"`{a}` minus `{b}`", *cells])
    said = (
        "Pair by pair, on the same images (95 % intervals; accuracies by Newcombe's method for pairs): differences in "
        "accuracy, and in the rank agreement of maps under attack on the images both get right before and after."
    )
    return f"{said}\n\n{_rows(head, rows)}"


def _masks(found: dict[str, Any]) -> str:
    """Where the masks of a checkpoint's training came from: "unguided" for adversarial training, "" for others."""
    spec = found["objective"]
    if spec["method"] == "lime_guided":
        return str(spec.get("mask_source", "lime"))
    return "unguided" if spec["method"] in ("fast_adversarial", "pgd_adversarial") else ""


def _points(found: Difference | None, scale: float, unit: str) -> str:
    if found is None:
        return MISSING
    digits = 1 if scale == 100 else 2
    value, low, high = (f"{scale * number:+.{digits}f}" for number in (found.value, found.low, found.high))
    return f"{value}{unit} ({low} to {high}; {found.count:,})"


if __name__ == "__main__":
    sys.stdout.write(table() + "\n")
