"""The numbers this project publishes, as tables for the README: `python -m core.recipes.published_numbers`."""

import sys
from typing import Any

from core.base.params import to_spec, with_todays_names
from core.catalog import CLASSIFIERS, DATASETS, EXPLAINERS, LAYERS, OBJECTIVES
from core.checkpoints.card import Card, Entry, shipped_card, strength
from core.evaluation.gate_words import short
from core.recipes.defence_table import defence_table
from core.recipes.pairs_table import pairs_table
from core.recipes.table_words import ACCURACIES, MISSING, attacks_of, in_markdown


def table() -> str:
    """Markdown for the README: by data set, what is withstood and how still maps stay; then the table of defences."""
    cards = shipped()
    parts = []
    for data in sorted({str(card.data): None for card in cards.values()}, key=lambda name: name not in DATASETS):
        some = {name: card for name, card in cards.items() if card.data == data}
        parts += [_accuracies(_title(data, some), some), _stability(some), pairs_table(some)]
    parts.append(defence_table(cards))
    return "\n\n".join(part for part in parts if part)


def _title(data: str, some: dict[str, Card]) -> str:
    """What the data are: a published set's title, or how a split of our own was drawn, as the cards say it."""
    if data in DATASETS:
        return DATASETS[data].title
    split = next((card.split for card in some.values() if card.split), data)
    return split[:1].upper() + split[1:]


def shipped() -> dict[str, Card]:
    """The cards of the classifiers whose weights come with the project, by `source:checkpoint`."""
    sources = [source for source in CLASSIFIERS.values() if source.packaged]
    names = [f"{source.key}:{checkpoint}" for source in sources for checkpoint in source().checkpoints()]
    return {name: card for name in names if (card := shipped_card(name)) is not None}


def _accuracies(title: str, some: dict[str, Card]) -> str:
    strengths = sorted({strength(card.test_pgd20) for card in some.values() if card.test_pgd20})
    said = (
        f"**{title}.** Right answers on test images, with 95 % intervals and the number of images: as they are, and "
        f"attacked by at most {' or '.join(strengths)} per pixel value. Gradient evaluations are what a training cost; "
        "its minutes are those of the clock, whatever else the machine did meanwhile. Checks: how many of those "
        "that apply it passes (core/evaluation/gate_words.py)."
    )
    head = [
        "checkpoint",
        "trained by",
        "original",
        "PGD-20",
        "AutoAttack",
        "checks",
        "gradient evaluations",
        "training",
    ]
    rows = []
    for name, card in some.items():
        evaluations, schedule = card.gradient_evaluations, card.schedule or {}
        cost = f"{schedule['epochs']} epochs, {card.training_minutes:.0f} min{_on_a_gpu(card)}"
        cells = [_cell(getattr(card, key)) for key in ACCURACIES]
        if (begun := card.test_autoattack_begun) and card.test_autoattack is None:
            cells[-1] = f"{MISSING}; {attacks_of(begun)} alone: {_cell(begun)}"
        cells.append(short(card))
        cells.append(f"{evaluations / 1e6:.1f} million" if evaluations else MISSING)
        rows.append([f"`{name}`", _objective(card.objective or {}) + _layers(card) + _base(card), *cells, cost])
    return f"{said}\n\n{in_markdown(head, rows)}"


def _objective(spec: Entry) -> str:
    """The objective's title, and what was set otherwise than usual."""
    if spec["method"] not in OBJECTIVES:
        return str(spec["method"])
    kind = OBJECTIVES[spec["method"]]
    usual, today = to_spec(kind()), with_todays_names(kind, spec)
    changed = [f"{key.replace('_', ' ')} {_short(value)}" for key, value in today.items() if usual.get(key) != value]
    return f"{kind.title} ({', '.join(changed)})" if changed else kind.title


def _short(value: Any) -> Any:
    return f"{value:.4g}" if isinstance(value, float) and value != round(value, 4) else value


def _layers(card: Card) -> str:
    """What was put into the network before, by its titles."""
    titles = [LAYERS[str(each["method"])].title for each in card.layers or () if each.get("method") in LAYERS]
    return f", with {' and '.join(titles)}" if titles else ""


def _base(card: Card) -> str:
    """Where a training began, and on how many images, if its card says so."""
    begun = f", from `{card.base}`" if card.base else ", from scratch" if card.images is not None else ""
    return begun + (f" on {card.images:,} images" if card.images is not None else "")


def _on_a_gpu(card: Card) -> str:
    machine = str(card.machine or "")
    return f" ({machine})" if machine.startswith("NVIDIA") else ""


def _cell(entry: Entry | None) -> str:
    if entry is None:
        return MISSING
    low, high = entry["interval_95"]
    return f"{100 * entry['accuracy']:.1f} % ({100 * low:.1f} to {100 * high:.1f}; {entry['count']:,})"


def _stability(some: dict[str, Card]) -> str:
    """Rank agreement of the maps with the original's: under attack, and in brackets under the controls."""
    keys = list(dict.fromkeys(key for card in some.values() for key in _maps(card)))
    if not keys:
        return ""
    said = (
        "How still the maps stay under PGD-20: rank agreement (Spearman) with the original picture's map, 1 being the "
        "same order, mean over images with its 95 % interval. In brackets the same for ordinary noise of the attack's "
        "size and, where the method draws random numbers, for another draw. Each map is that of the true label."
    )
    rows = []
    for name, card in some.items():
        maps = _maps(card)
        for which, words in (("all", "all"), ("held", "right before and after")):
            counts = {each["spearman"]["attack"][which]["count"] for each in maps.values()}
            count = ", ".join(map(str, counts)) or MISSING
            rows.append([f"`{name}`", f"{words}: {count}", *(_agreement(maps.get(key), which) for key in keys)])
    return f"{said}\n\n{in_markdown(['checkpoint', 'images', *(EXPLAINERS[key].title for key in keys)], rows)}"


def _maps(card: Card) -> dict[str, Any]:
    """How still the maps of each explainer stay, as far as that was measured."""
    maps: dict[str, Any] = (card.stability or {}).get("maps", {})
    return maps


def _agreement(found: Entry | None, which: str) -> str:
    if found is None:
        return MISSING
    entries = {comparison: entry[which] for comparison, entry in found["spearman"].items()}
    if "mean" not in entries["attack"]:
        return "too few"
    mean, (low, high) = (entries["attack"][part] for part in ("mean", "interval_95"))
    controls = {"noise": "noise", "seed": "other draw"}
    others = [f"{words} {entries[key]['mean']:.2f}" for key, words in controls.items() if key in entries]
    return f"{mean:.2f}, {low:.2f} to {high:.2f} ({', '.join(others)})"


if __name__ == "__main__":
    sys.stdout.write(table() + "\n")
