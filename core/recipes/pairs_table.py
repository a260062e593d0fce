"""The README's table of pairs: LIME-guided training against its controls, image by image."""

from core.catalog import EXPLAINERS
from core.checkpoints.card import Card
from core.checkpoints.mask_source import CONTROLS, control_by, guided
from core.evaluation import outcomes
from core.evaluation.paired import Difference
from core.recipes.table_words import ACCURACIES, MISSING, attacks_of, in_markdown

BEGUN = "autoattack_begun"


def pairs_table(some: dict[str, Card]) -> str:
    """LIME-guided training against its controls, on the same images; "" where there is none to compare."""
    first = [name for name, card in some.items() if guided(card)]
    keep = {name: outcomes.read(name.replace(":", "_"), str(card.sha256)) for name, card in some.items()}
    pairs = [(a, b) for a in first for b in some if control_by(some[a], some[b]) in CONTROLS]
    if not pairs:
        return ""
    keys = list(dict.fromkeys(key for a, _ in pairs for key in keep[a].get("maps", {})))
    head = ["first minus second", "original", "PGD-20", "AutoAttack", *(EXPLAINERS[key].title for key in keys)]
    rows = []
    for a, b in pairs:
        cells = [_points(outcomes.difference(keep[a], keep[b], what), 100, " points") for what in ACCURACIES.values()]
        begun = some[a].test_autoattack_begun
        if begun and cells[-1] == MISSING and (found := outcomes.difference(keep[a], keep[b], BEGUN)):
            cells[-1] = f"{attacks_of(begun)} alone: {_points(found, 100, ' points')}"
        cells += [_points(outcomes.steadier(keep[a], keep[b], key), 1, "") for key in keys]
        rows.append([f"`{a}` minus `{b}`", *cells])
    said = (
        "Pair by pair, on the same images (95 % intervals; accuracies by Newcombe's method for pairs): differences in "
        "accuracy, and in the rank agreement of maps under attack on the images both get right before and after."
    )
    return f"{said}\n\n{in_markdown(head, rows)}"


def _points(found: Difference | None, scale: float, unit: str) -> str:
    if found is None:
        return MISSING
    digits = 1 if scale == 100 else 2
    value, low, high = (f"{scale * number:+.{digits}f}" for number in (found.value, found.low, found.high))
    return f"{value}{unit} ({low} to {high}; {found.count:,})"
