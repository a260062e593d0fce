"""Where the regions of a checkpoint's training came from: an explanation of the image itself, or a control."""

from core.checkpoints.card import Card

UNGUIDED = ("fast_adversarial", "pgd_adversarial")
CONTROLS = ("unguided", "random", "shuffled")  # what guidance has to be ahead of
FIRST = "lime_guided"  # the first objective that had a source, which a spec may leave out


def guided(card: Card) -> bool:
    """Whether an explanation of the image itself chose the regions: then controls belong beside it.

    >>> guided(Card(objective={"method": "lime_guided"})), guided(Card())
    (True, False)
    """
    return mask_source(card) == "lime"


def mask_source(card: Card) -> str:
    """The source as the objective calls it; "unguided" for adversarial training alone, "" for others.

    >>> mask_source(Card(objective={"method": "pixel_reweighted", "mask_source": "random"}))
    'random'
    """
    spec = card.objective or {}
    usual = "unguided" if spec.get("method") in UNGUIDED else "lime" if spec.get("method") == FIRST else ""
    return str(spec.get("mask_source", usual))


def control_by(card: Card, other: Card) -> str:
    """What the training of `other` is a control by for that of the guided `card`: its source; "" if it is none of its.

    That takes the same network from the same start, and the same objective or attacks alone.

    >>> made = [Card(objective={"method": key, "mask_source": "random"}) for key in ("lime_guided", "right_reasons")]
    >>> [control_by(Card(objective={"method": "lime_guided"}), each) for each in made]
    ['random', '']
    """
    if (card.architecture, card.base) != (other.architecture, other.base):
        return ""
    source, methods = mask_source(other), {(each.objective or {}).get("method") for each in (card, other)}
    return source if source == "unguided" or len(methods) == 1 else ""
