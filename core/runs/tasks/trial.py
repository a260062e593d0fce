"""The task `trial`: what one model of a trial does with images that none of its arms has learnt from."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from core.base.cancellation import Cancelled, CancelScope
from core.catalog import load_classifier
from core.contracts.classifier import Classifier
from core.contracts.interfaces import Images
from core.data.by_name import load_data
from core.data.fit import joined
from core.data.subset import set_aside
from core.distributed.fabric import full_precision
from core.runs.context import Context, Stopped
from core.trials.judgement import Judging
from core.trials.measures import ON
from core.trials.outcomes import SPLITS, TEST


@dataclass(frozen=True)
class TrialRequest:
    """The arguments: a classifier, a data set, and how it is judged (core.trials.judgement), on which images.

    split: held_out, the `reserved` training images; or test, all test images. title: for lists of runs.
    data_fingerprint: that of the data, if these images only are meant.
    """

    classifier: str
    data: str
    judging: Mapping[str, Any]
    reserved: int
    split: str = "held_out"
    seed: int = 0
    title: str = ""
    data_fingerprint: str = ""

    def __post_init__(self) -> None:
        if self.split not in SPLITS:
            raise ValueError(f"expected a split from {', '.join(SPLITS)}, got {self.split!r}")
        Judging.read(self.judging)


def trial(context: Context, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """{"values": by measure what each image gave, "weights", "asked"}; a row, and a checkpoint, after every part."""
    try:
        asked = TrialRequest(**arguments)
    except TypeError as error:
        raise ValueError(f"trial: {str(error).partition(' ')[2]}") from error
    judging = Judging.read(asked.judging)
    try:
        with CancelScope() as scope:
            context.on_stop(lambda _: scope.stop())  # whole parts are saved, so there is nothing to wait for
            classifier, by_measure = _load(context, asked, judging)
            _measure(context, asked, judging, classifier, by_measure)
    except Cancelled as error:
        raise Stopped from error
    values: dict[str, list[float]] = {measure: [] for measure in judging.measures}
    for row in context.rows():
        values[row["measure"]] += row["values"]
    return {"values": values, "weights": classifier.fingerprint, "asked": dict(arguments)}


def _load(context: Context, asked: TrialRequest, judging: Judging) -> tuple[Classifier, dict[str, Images]]:
    """The classifier on the run's device, and by measure the images."""
    classifier = load_classifier(asked.classifier, context.preparing)
    full_precision()
    classifier.net.to(context.device)
    own = _images(context, asked, classifier, asked.data)
    others = {f"{ON}:{name}": _images(context, asked, classifier, name) for name in judging.also}
    return classifier, {measure: others.get(measure, own) for measure in judging.measures}


def _images(context: Context, asked: TrialRequest, classifier: Classifier, name: str) -> Images:
    """The images of a data set to judge on, with the classifier's classes."""
    meant = asked.data_fingerprint if name == asked.data else ""
    split: Literal["train", "test"] = "test" if asked.split == TEST else "train"
    data = load_data(name, split, size=classifier.size, progress=context.preparing, fingerprint=meant)
    return joined(classifier, data) if split == "test" else set_aside(joined(classifier, data), asked.reserved)[1]


def _measure(
    context: Context, asked: TrialRequest, judging: Judging, classifier: Classifier, by_measure: Mapping[str, Images]
) -> None:
    """Add the rows that are not there yet."""
    todo = [(measure, *part) for measure, data in by_measure.items() for part in judging.parts(measure, len(data))]
    context.progress((context.saved + 1) / len(todo))
    for step in range(context.saved + 1, len(todo)):
        measure, begin, end = todo[step]
        data = by_measure[measure]
        values = judging.values(measure, classifier, data, begin, end, asked.seed)
        context.row(step, measure=measure, begin=begin, values=values)
        with context.checkpoint(step):
            pass  # the rows hold all there is to go on from
        context.progress((step + 1) / len(todo), f"{measure}: images up to {end:,} of {len(data):,}")
        if context.stop_asked():
            raise Stopped
