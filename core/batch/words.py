"""A batch in sentences: for the shell, the Runs page, the Batch page and the report."""

from collections.abc import Mapping
from typing import Any

from core.catalog import EXPLAINERS

PERCENT = 100


def _pictures(count: int) -> str:
    return f"{count:,} picture{'' if count == 1 else 's'}"


def headline(told: Mapping[str, Any]) -> str:
    """How many pictures were fooled, of how many, with the interval of the share.

    >>> headline({"fooled": 37, "attacked": 48, "labelled": 50, "share": 37 / 48, "interval_95": [0.634, 0.868]})
    'Fooled 37 of 48 pictures that the model got right: 77 % (63 to 87).'
    >>> headline({"fooled": 0, "attacked": 0, "labelled": 0})
    'No picture could be attacked.'
    """
    if not told["attacked"]:
        if told["labelled"]:
            return "The model got none of these pictures right as they are, so none could be fooled."
        return "No picture could be attacked."
    low, high = (f"{PERCENT * each:.0f}" for each in told["interval_95"])
    which = " that the model got right" if told["labelled"] else ""
    share = f"{PERCENT * told['share']:.0f} % ({low} to {high})"
    return f"Fooled {told['fooled']:,} of {_pictures(told['attacked'])}{which}: {share}."


def sentences(told: Mapping[str, Any]) -> list[str]:
    """The headline and what belongs to it; explainers by their titles."""
    said = [headline(told)]
    if told["fooled"]:
        said.append(f"{told['survive']:,} of these {told['fooled']:,} survive saving as an 8-bit picture.")
    if told["flat"]:
        said.append(
            f"{_pictures(told['flat'])} gave the attack no gradient to follow: that the answer stayed says nothing "
            "about how much the model withstands."
        )
    if told["wrong"]:
        said.append(f"{_pictures(told['wrong'])} got a wrong answer before any attack and count for neither.")
    if told["labelled"] and told["unlabelled"]:
        said.append(f"Of {_pictures(told['unlabelled'])} it is not known what they show; they are not counted.")
    if not told["labelled"] and told["studied"]:
        said.append("It is not known what these pictures show: ‘fooled’ means that the answer is another than before.")
    for key, maps in told["maps"].items():
        title = EXPLAINERS[key].title if key in EXPLAINERS else key
        if maps["drawn"]:
            of = f"{maps['beyond']:,} of {_pictures(maps['drawn'])}"
            said.append(f"The map of {title} moved more than under every draw of ordinary noise on {of}.")
        if maps["none"]:
            said.append(f"{title} has no maps to compare on {_pictures(maps['none'])}.")
    if told["unused"]:
        said.append(f"{told['unused']:,} file{'' if told['unused'] == 1 else 's'} could not be used; each says why.")
    return said


def found_words(result: Mapping[str, Any]) -> str:
    """The sentences of a completed batch, a line each."""
    return "\n".join(sentences(result))
