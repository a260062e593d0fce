"""Which training images a shipped base has not learnt from: those that a trial may judge on, if it begins with it."""

from core.catalog import DATASETS
from core.checkpoints.card import Card, shipped_card
from core.data.subset import RESERVED


def unseen(base: str, data: str) -> int:
    """How many images of `data`, set aside as a trial sets them aside, neither `base` nor its own bases have seen.

    0 for what is not shipped. base: `source:checkpoint`. A training on a part of the images draws those that it holds
    out among these, so that it may have learnt from any that are set aside.
    """
    source, _, checkpoint = base.partition(":")
    least, known = 0, set[str]()
    while checkpoint and checkpoint not in known:
        known.add(checkpoint)
        card = shipped_card(f"{source}:{checkpoint}")
        if card is None or card.data != data:
            return 0
        own = _unseen(card)
        least = min(least, own) if len(known) > 1 else own
        checkpoint = card.base or ""
    return least


def _unseen(card: Card) -> int:
    """How many one training held out, of all the images and by the seed of what is set aside; else 0."""
    held, schedule = card.held_out or {}, card.schedule or {}
    facts = DATASETS[card.data]().facts() if card.data and card.data in DATASETS else None
    every = card.images is None or (facts is not None and facts.counts.get("train") == card.images)
    return int(held.get("images", 0)) if every and schedule.get("seed") == RESERVED else 0
