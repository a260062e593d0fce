"""Where the regions of a checkpoint's training came from: an explanation of the image itself, or a control."""

from core.checkpoints.card import Card


def guided(card: Card) -> bool:
    """Whether an explanation of the image itself chose the regions: then controls belong beside it.

    >>> guided(Card(objective={"method": "lime_guided"})), guided(Card())
    (True, False)
    """
    return mask_source(card) == "lime"


def mask_source(card: Card) -> str:
    """The source as the objective calls it; "unguided" for adversarial training alone, "" for others.

    >>> mask_source(Card(objective={"method": "lime_guided", "mask_source": "random"}))
    'random'
    """
    spec = card.objective or {}
    if spec.get("method") == "lime_guided":
        return str(spec.get("mask_source", "lime"))
    return "unguided" if spec.get("method") in ("fast_adversarial", "pgd_adversarial") else ""
