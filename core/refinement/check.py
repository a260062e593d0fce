"""Whether a refinement can be started, and what to beware of: looked at by page and shell before a run is made."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from core.base.errors import with_advice
from core.contracts.classifier import Classifier
from core.contracts.interfaces import DataFacts
from core.contracts.layer import with_layers
from core.contracts.objective import Adversarial
from core.data.by_name import stored
from core.data.class_join import join_classes
from core.data.fit import misfit, sentence
from core.refinement.batch_norm import alone
from core.refinement.request import ONE_CLASS, Refinement
from core.refinement.warnings import warnings_before
from core.training.batches import UNDIVIDED

Cause = Literal["", "unreadable", "no images", "misfit", "method", "too few", "one image"]


@dataclass(frozen=True)
class Check:
    """What was found when a request was looked at.

    request: the same, for the images that are under the name of the data now and no others. cause: why it cannot be
    started, "" if nothing speaks against it; refusal: that in one sentence; warnings: one sentence each. used: how many
    training images are taken, those held out included, None if not known. here: whether the data lie on this machine.
    """

    request: Refinement
    cause: Cause = ""
    refusal: str = ""
    warnings: tuple[str, ...] = ()
    used: int | None = None
    here: bool = True


def check(request: Refinement, classifier_of: Callable[[Refinement], Classifier] = Refinement.classifier) -> Check:
    """Look at data, model and settings without reading a pixel. classifier_of: how the model is had, such as cached."""
    passed = Check(request, used=request.images or None)
    try:
        data = stored(request.data)
        facts = data.facts()
        if facts is None:
            reason = request.schedule.too_few(passed.used) if passed.used else ""
            return replace(passed, cause="too few" if reason else "", refusal=reason, here=False)
        count = facts.counts.get("train", 0)
        passed = replace(passed, used=min(count, request.images or count))
        if count == 0:
            only = " and ".join(facts.counts)
            no = f"this data set has no train split, and so no training images; it has only {only}"
            return replace(passed, cause="no images", refusal=no)
        passed = replace(passed, request=replace(request, data_fingerprint=data.fingerprint()))
        classifier = classifier_of(request)
    except (ValueError, OSError) as error:
        return replace(passed, cause="unreadable", refusal=with_advice(error))
    if Path(request.data).is_absolute() and Path(request.data).is_dir():  # pictures are brought to the model's size
        facts = replace(facts, size=classifier.size)
    if wrong := _misfit(request, classifier, facts):
        return replace(passed, cause="misfit", refusal=wrong)
    try:
        reason = request.objective.obstacle(with_layers(classifier, request.layers))
    except ValueError as error:
        reason = str(error)
    shared = UNDIVIDED if request.objective.whole and request.processes > 1 else ""
    if reason := reason or shared:
        return replace(passed, cause="method", refusal=reason)
    learnt = join_classes(facts.classes, classifier.labels, learns=True) if request.start == "base" else None
    hard = request.start == "scratch" and isinstance(request.objective, Adversarial)
    warnings = [sentence(learnt.note)] if learnt and learnt.note else []
    warnings += warnings_before(classifier, request.data, request.schedule, hard=hard)
    cause: Cause = ""
    if reason := request.schedule.too_few(passed.used or 0):
        cause = "too few"
    elif reason := alone(with_layers(classifier, request.layers), request.schedule.batch // request.processes):
        cause = "one image"
    return replace(passed, cause=cause, refusal=reason, warnings=tuple(warnings))


def _misfit(request: Refinement, classifier: Classifier, facts: DataFacts) -> str:
    """Why the network cannot learn from data like these, in one sentence; "" if it can."""
    one = sum(count > 0 for count in facts.per_class["train"]) < 2
    if request.start == "scratch":  # the network is made for the classes of the data
        facts = replace(facts, classes=classifier.labels)
    return misfit(classifier, facts, learns=True) or (ONE_CLASS if one else "")
