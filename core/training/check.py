"""Whether a refinement can be started, and what to beware of: looked at by page and shell before a run is made."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from core.contracts.classifier import Classifier
from core.contracts.objective import Adversarial
from core.data.by_name import data_facts
from core.data.fit import misfit, other_classes
from core.training.refinement import Refinement
from core.training.warnings import warnings_before

Cause = Literal["", "unreadable", "no images", "misfit", "too few"]


@dataclass(frozen=True)
class Check:
    """cause: why it cannot be started, "" if nothing speaks against it; refusal: that in one sentence; warnings: one
    sentence each; count: training images in the data set, None if not known; here: whether the data lie on this
    machine.
    """

    cause: Cause = ""
    refusal: str = ""
    warnings: tuple[str, ...] = ()
    count: int | None = None
    here: bool = True


def check(request: Refinement, classifier_of: Callable[[Refinement], Classifier] = Refinement.classifier) -> Check:
    """Look at data, model and settings without reading a pixel. classifier_of: how the model is had, such as cached."""
    count = None
    try:
        facts = data_facts(request.data)
        if facts is None:
            return _enough(request, Check(here=False))
        count = facts.counts.get("train", 0)
        if count == 0:
            return Check("no images", "this data set has no training images", count=0)
        classifier = classifier_of(request)
    except (ValueError, OSError) as error:
        return Check("unreadable", str(error), count=count)
    if Path(request.data).is_absolute() and Path(request.data).is_dir():  # pictures are brought to the model's size
        facts = replace(facts, size=classifier.size)
    if reason := misfit(classifier, facts):
        return Check("misfit", reason, count=count)
    hard = request.start == "scratch" and isinstance(request.objective, Adversarial)
    warnings = warnings_before(classifier, request.data, request.schedule, hard=hard)
    known = request.start == "scratch" or request.data == classifier.samples  # its own data set, or its own classes
    if not known and (other := other_classes(classifier, facts)):
        warnings = [f"{other[:1].upper()}{other[1:]}.", *warnings]
    return _enough(request, Check(warnings=tuple(warnings), count=count))


def taken(request: Refinement, count: int | None) -> int | None:
    """How many of `count` training images are used, those held out included; None if that is not known."""
    known = [each for each in (request.images or None, count) if each is not None]
    return min(known) if known else None


def _enough(request: Refinement, passed: Check) -> Check:
    """`passed`, unless the images are too few for these settings."""
    count = taken(request, passed.count)
    if count is None or not (reason := request.too_few(count)):
        return passed
    return replace(passed, cause="too few", refusal=reason)
