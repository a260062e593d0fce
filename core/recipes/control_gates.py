"""Two gates that need other models or attacks without gradients: G2, nobody is ahead of AutoAttack; G7, controls."""

from collections.abc import Mapping
from typing import Any

from core.attacks.pgd import PGD
from core.attacks.square import Square
from core.catalog import load_classifier
from core.checkpoints.card import Card
from core.checkpoints.mask_source import CONTROLS, control_by, guided
from core.contracts.classifier import Classifier
from core.contracts.interfaces import Images
from core.evaluation import outcomes
from core.evaluation.accuracy import right
from core.recipes.published_numbers import shipped

FEW = 200  # images that Square and the transferred attack are tried on
TRIES = 1000  # of Square


def beyond_gradients(
    classifier: Classifier, data: Images, eps: float, step: float, held: list[bool] | None, surrogate: str
) -> dict[str, Any]:
    """G2: {"square", "transfer", "autoattack": shares right of the first images, "count", "surrogate", "passed"}.

    Square asks the network alone; PGD-100 is made on the surrogate and shown to the classifier. Neither may find more
    than AutoAttack did on the same images, of which `held` tells (None: not measured, and the gate is left open).
    """
    part = Images(data.images[:FEW], data.labels[:FEW], data.classes)
    alone = right(classifier, part, Square(eps=eps, queries=TRIES))
    other = load_classifier(surrogate)
    other.net.to(classifier.device)
    images = part.images.float() / 255
    moved = PGD(eps=eps, step=step, steps=100)(other, images, part.labels).cpu()
    transferred = classifier.probabilities(moved).argmax(dim=1).cpu() == part.labels
    found = {"square": alone, "transfer": transferred}
    shares = {name: round(int(each.sum()) / len(part), 4) for name, each in found.items()}
    last = None if held is None else sum(held[:FEW])
    passed = None if last is None else min(int(each.sum()) for each in found.values()) >= last
    told = None if last is None else round(last / len(part), 4)
    return shares | {"autoattack": told, "count": len(part), "surrogate": surrogate, "passed": passed}


def beats_controls(name: str, cards: Mapping[str, Card] | None = None) -> bool | None:
    """G7 of a guided checkpoint: right more often under attack than adversarial training and than random regions.

    On the same images, beyond the 95 % interval of each difference (Newcombe), under AutoAttack where both were put to
    it, else under PGD-20. None for a checkpoint that no explanation guided, or without its two controls.
    """
    some = shipped() if cards is None else cards
    controls = controls_of(name, some)
    if controls is None:
        return None
    kept = {each: outcomes.read(each.replace(":", "_"), str(some[each].sha256)) for each in (name, *controls.values())}
    found = []
    for other in controls.values():
        under = [outcomes.difference(kept[name], kept[other], what) for what in ("autoattack", "pgd20")]
        told = next((each for each in under if each is not None), None)
        if told is None:
            return None
        found.append(told.low > 0)
    return all(found)


def controls_of(name: str, cards: Mapping[str, Card]) -> dict[str, str] | None:
    """The controls of a guided checkpoint: "unguided" (adversarial training), "random" (regions drawn by lot) -> name.

    With "shuffled" (another image's regions) where that was trained. None for a checkpoint that no explanation guided,
    or without the first two.
    """
    if name not in cards or not guided(cards[name]):
        return None
    found = {by: each for each, card in cards.items() if (by := control_by(cards[name], card)) in CONTROLS}
    return {kind: found[kind] for kind in CONTROLS if kind in found} if {"unguided", "random"} <= set(found) else None


def surrogate_of(name: str) -> str:
    """Another shipped classifier of the same source to make transferred images on: the ordinary one, else a robust."""
    source = name.partition(":")[0]
    others = [each for each in shipped() if each.partition(":")[0] == source and each != name]
    ordinary = f"{source}:standard"
    return ordinary if ordinary in others else others[0]
