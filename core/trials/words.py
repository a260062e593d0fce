"""What a judged model of a trial has shown, in a sentence for lists of runs."""

from collections.abc import Mapping
from typing import Any

from core.trials.measures import CLEAN, named, shown


def sentence(result: Mapping[str, Any]) -> str:
    """What a model did with the images, in one sentence.

    >>> sentence({"values": {"clean": [1.0, 1.0], "attacked": [1.0, 0.0]}})
    'Of 2 images: right as they are 100.0 %, right under every attack 50.0 %.'
    """
    values = result["values"]
    told = [f"{named(measure)} {shown(measure, sum(each) / len(each))}" for measure, each in values.items() if each]
    return f"Of {len(values[CLEAN]):,} images: {', '.join(told)}."
