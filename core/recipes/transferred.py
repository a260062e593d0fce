"""The part `transfer` of an assessment: attacks made on three other shipped classifiers and carried over to one."""

from collections.abc import Callable, Mapping
from typing import Any

from core.base.proportion import Proportion
from core.catalog import load_classifier
from core.checkpoints.card import Card
from core.contracts.classifier import Classifier
from core.contracts.interfaces import Images
from core.evaluation import outcomes
from core.evaluation.transfer import FEWEST, STEPS, carried_over, step_of, worst
from core.recipes.published_numbers import shipped

ADVERSARIAL = ("pgd_adversarial", "fast_adversarial", "trades", "mart", "nuat", "n_fgsm")  # train on attacked images


def surrogates_of(name: str, cards: Mapping[str, Card] | None = None) -> tuple[str, ...]:
    """Three shipped classifiers of the same source as `name` ("source:checkpoint"), to make transferred attacks on.

    The ordinary one first, then those of adversarial training, then others, each in the order of the source.
    ValueError if there are fewer.

    >>> surrogates_of("mnist_cnn:pgd_adversarial")[0]
    'mnist_cnn:standard'
    """
    some = shipped() if cards is None else cards
    source = name.partition(":")[0]
    others = [each for each in some if each.partition(":")[0] == source and each != name]
    if len(others) < FEWEST:
        raise ValueError(
            f"attacks are carried over from {FEWEST} other classifiers of {source}, "
            f"of which the project has {len(others)}"
        )

    def rank(each: str) -> int:
        trained = (some[each].objective or {}).get("method")
        return 0 if each == f"{source}:standard" else 1 if trained in ADVERSARIAL else 2

    return tuple(sorted(others, key=rank)[:FEWEST])


def transferred(
    name: str, classifier: Classifier, data: Images, eps: float, count: int, say: Callable[[str], None]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """(the card's entry `test_transfer`, what is kept of each image): of the first `count` images, at strength `eps`.

    The entry's accuracy and interval are those of the images that are right whatever was carried over; `attacks` has
    the accuracy under each alone. Kept are "transfer", the former, and "transfers", by attack and surrogate, packed.
    ValueError if there are fewer than three surrogates.
    """
    others = {each: load_classifier(each) for each in surrogates_of(name)}
    for other in others.values():
        other.net.to(classifier.device)
    found = carried_over(classifier, data, others, eps, count=count, say=say)
    held = worst(found)
    entry = Proportion(int(held.sum()), len(held)).entry() | {
        "eps": eps, "step": step_of(eps), "steps": STEPS, "images": f"the first {len(held):,}",
        "surrogates": list(others),
        "attacks": {
            attack: {other: Proportion(int(correct.sum()), len(correct)).value for other, correct in each.items()}
            for attack, each in found.items()
        },
    }  # fmt: skip
    packed = {
        attack: {other: outcomes.pack(correct.tolist()) for other, correct in each.items()}
        for attack, each in found.items()
    }
    return entry, {"transfer": outcomes.pack(held.tolist()), "transfers": packed}
