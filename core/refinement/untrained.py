"""Networks before any training: those whose architecture is known apart from its weights."""

from core.catalog import CLASSIFIERS
from core.contracts.classifier import Classifier


def untrained(base: str, seed: int = 0, labels: tuple[str, ...] = ()) -> Classifier:
    """The network of a classifier before any training; ValueError for one that there is only with its weights.

    labels: the classes that it is to tell apart, if others than the classifier's own.
    """
    source = CLASSIFIERS.get(base.partition(":")[0])
    if source is None or not hasattr(source, "fresh"):
        title = source.title if source else base
        raise ValueError(f"{title}: these can only be refined from their weights, not trained from scratch")
    made: Classifier = source.fresh(seed, labels) if labels else source.fresh(seed)
    return made


def untrained_names() -> dict[str, str]:
    """What can be trained from scratch: name -> title."""
    return {key: source.title for key, source in CLASSIFIERS.items() if hasattr(source, "fresh")}
