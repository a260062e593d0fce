"""The task `ara`: how far the images of a data set lie from a wrong answer, and the area that follows."""

import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from core.base.cancellation import Cancelled, CancelScope
from core.catalog import load_classifier
from core.contracts.batch import stream
from core.contracts.classifier import Classifier
from core.contracts.interfaces import Images
from core.data.by_name import load_data
from core.data.fit import joined
from core.distributed.fabric import full_precision
from core.minimal_distance.area import SEED, chosen
from core.minimal_distance.image_batch import AIMS, NORMS, measure, summary
from core.minimal_distance.rms_attack import STEPS
from core.runs.context import Context, Stopped
from core.runs.tasks import at_least_one


@dataclass(frozen=True)
class AraRequest:
    """The arguments: a classifier and data by name, and the first `count` images of a random order drawn by `seed`.

    `norms`: rms (both areas), l2, linf. `data_fingerprint`: that of the data, if the numbers are to hold for these
    only.
    """

    classifier: str
    data: str
    split: Literal["train", "test"] = "test"
    count: int = 1000
    seed: int = SEED
    batch: int = 25
    steps: int = STEPS
    norms: list[str] = field(default_factory=lambda: list(NORMS))
    data_fingerprint: str = ""

    def __post_init__(self) -> None:
        if self.split not in ("train", "test"):
            raise ValueError(f"expected the train or the test split, got {self.split!r}")
        at_least_one(count=self.count, batch=self.batch, steps=self.steps)
        if not isinstance(self.norms, list) or not self.norms or [norm for norm in self.norms if norm not in NORMS]:
            raise ValueError(f"expected norms among {', '.join(NORMS)}, got {repr(self.norms)[:60]}")


def ara(context: Context, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """What `core.minimal_distance.image_batch.summary` tells of the rows; a row after every batch, each a checkpoint.

    A row holds the distances of its own images, so an interrupted run ends with the numbers of one that was not.
    """
    try:
        asked = AraRequest(**arguments)
    except TypeError as error:
        raise ValueError(f"ara: {str(error).partition(' ')[2]}") from error
    try:
        with CancelScope() as scope:
            context.on_stop(lambda _: scope.stop())  # whole batches are saved, so there is nothing to wait for
            classifier, data = _load(context, asked)
            context.share.made_with([classifier.fingerprint], data)
            _measure(context, asked, classifier, data)
    except Cancelled as error:
        raise Stopped from error
    if context.share.is_part:
        return context.share.result()
    rows = context.rows()
    told = summary(rows, len(classifier.labels))
    for name in AIMS:
        if late := told.get(name, {}).get("late"):
            context.note(
                f"On {late:,} images the search ({name}) succeeded first after half its steps, or never: they may lie "
                "nearer. Take more steps."
            )
    return {**told, "asked": asdict(asked), "weights": classifier.fingerprint}


def _load(context: Context, asked: AraRequest) -> tuple[Classifier, Images]:
    """The classifier on the run's device, with the weights that earlier rows were measured on, and the images."""
    classifier = load_classifier(asked.classifier, context.preparing)
    before = {row.get("weights") for row in context.rows()}
    if before - {classifier.fingerprint}:
        raise ValueError("the weights of the model have changed since this measurement began")
    full_precision()
    classifier.net.to(context.device)
    data = load_data(
        asked.data, asked.split, size=classifier.size, progress=context.preparing, fingerprint=asked.data_fingerprint
    )
    data = joined(classifier, data)
    for note in data.notes:
        context.note(note)
    return classifier, data


def _measure(context: Context, asked: AraRequest, classifier: Classifier, data: Images) -> None:
    """Add the rows that are not there yet."""
    places = chosen(len(data), asked.count, asked.seed)
    steps = range(0, len(places), asked.batch)
    mine = context.share.steps(len(steps))
    done = max(mine.start, context.saved + 1)
    context.progress(done / len(steps))
    for step in range(done, mine.stop):
        part = places[steps[step] : steps[step] + asked.batch]
        images, labels = data.images[part].float() / 255, data.labels[part]
        seed = stream(asked.seed, "distances", step) % 2**32
        begun = time.perf_counter()
        found = measure(classifier, images, labels, asked.norms, steps=asked.steps, seed=seed)
        known = {"weights": classifier.fingerprint, "classes": len(classifier.labels)}
        context.row(step, images=part.tolist(), **known, **found, seconds=round(time.perf_counter() - begun, 3))
        with context.checkpoint(step):
            pass  # the rows hold all there is to go on from
        count = min(steps[step] + asked.batch, len(places))
        context.progress((step + 1) / len(steps), f"{count:,} of {len(places):,} images")
        if context.stop_asked():
            raise Stopped
