"""What a completed run has found, in sentences, by its task: one place for the shell and the screen."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from core.batch import words as batch_words
from core.detection.reporting import words as detection_words
from core.evaluation import corruption_words
from core.explainer_league import words as league_words
from core.gradient_masking import words as masking_words
from core.minimal_distance import words as distance_words
from core.robustness.words import found_words
from core.trials import words as trial_words

FOUND: Mapping[str, Callable[[Mapping[str, Any]], str]] = MappingProxyType(
    {
        "evaluate": lambda result: "\n".join(found_words(result)),
        "corruptions": corruption_words.sentence,
        "batch": batch_words.found_words,
        "ara": distance_words.sentences,
        "detect": detection_words.found_words,
        "explainers": league_words.found_words,
        "masking": masking_words.sentences,
        "trial": trial_words.sentence,
    }
)


def found(task: str, result: Mapping[str, Any]) -> str:
    """The sentences of a task that has some, a line each; "" for any other, or a result that is not one.

    >>> found("evaluate", {}), found("new_thing", {"depth": 3})
    ('', '')
    """
    try:
        return FOUND[task](result) if task in FOUND else ""
    except (KeyError, IndexError, TypeError, ValueError, AttributeError):  # of another version, or damaged
        return ""
