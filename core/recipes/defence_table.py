"""The README's table of defences: what was claimed of each, and what was measured of it here, on what."""

import json
from dataclasses import dataclass

from core.base.paths import ASSETS
from core.catalog import CLASSIFIERS
from core.checkpoints.card import Card, Entry, strength
from core.recipes.table_words import ACCURACIES, MISSING, attacks_of, in_markdown

FILE = ASSETS / "published" / "defences.json"
MEASURED = (*ACCURACIES, "test_transfer")


@dataclass(frozen=True)
class Claim:
    """What was claimed of a defence, in words; attacks: whether its training makes attacks."""

    method: str
    name: str
    cite: str
    claim: str
    attacks: bool


def claims() -> tuple[Claim, ...]:
    """Of every defence that the project implements from the literature.

    >>> [each.method for each in claims()][:2]
    ['lime_guided', 'j_sigr']
    """
    return tuple(Claim(**each) for each in json.loads(FILE.read_text(encoding="utf-8")))


def method_of(card: Card) -> str:
    """The defence that a checkpoint was trained by; a control is none.

    >>> method_of(Card(objective={"method": "scorpio"}, layers=[{"method": "sgam"}]))
    'fgmf'
    >>> method_of(Card(objective={"method": "lime_guided", "mask_source": "random"}))
    ''
    """
    spec = card.objective or {}
    key = str(spec.get("method", ""))
    if "sgam" in (str(layer.get("method")) for layer in card.layers or ()):
        return {"scorpio": "fgmf", "cross_entropy": "sgam"}.get(key, "")
    return key if spec.get("mask_source", "lime") in ("lime", "expert") else ""


def defence_table(cards: dict[str, Card]) -> str:
    """A row a defence and checkpoint: cards by `source:checkpoint`; those that none was trained by are told too."""
    rows = []
    for claim in claims():
        trained = {name: card for name, card in cards.items() if method_of(card) == claim.method}
        told = f"{claim.name}{'' if claim.attacks else ' (makes no attacks)'} · {claim.cite}"
        for name, card in trained.items():
            source = CLASSIFIERS.get(name.partition(":")[0])
            title = source.title if source else "a network of another version"
            rows.append([told, claim.claim, f"`{name}`, {title}", *(_cell(card, key) for key in MEASURED)])
        if not trained:
            rows.append([told, claim.claim, "no checkpoint", *(MISSING for _ in MEASURED)])
    head = ["defence", "what was claimed", "measured on", "original", "PGD-20", "AutoAttack", "carried over"]
    said = (
        "**What was claimed, and what was measured here.** Other networks and trainings than the papers', so a number "
        "of theirs and one of ours do not compare directly; under the same attack ours compare with one another. A "
        "regulariser that makes no attacks is expected to hold PGD better than AutoAttack, if it holds anything. "
        "Carried over: right after each of nine attacks that were made on three other checkpoints of the same network, "
        "by MI-FGSM, DI2-FGSM and TI-FGSM. Fewer right there than under PGD-20 would mean that the gradients mislead."
    )
    return f"{said}\n\n{in_markdown(head, rows)}"


def _cell(card: Card, key: str) -> str:
    entry: Entry | None = getattr(card, key)
    begun = card.test_autoattack_begun
    if entry is None and key == "test_autoattack" and begun:
        return f"{MISSING}; {attacks_of(begun)} alone: {100 * begun['accuracy']:.1f} %"
    if entry is None:
        return MISSING
    low, high = entry["interval_95"]
    at = f", at {strength(entry)}" if "eps" in entry else ""
    return f"{100 * entry['accuracy']:.1f} % ({100 * low:.1f} to {100 * high:.1f}; {entry['count']:,}{at})"
