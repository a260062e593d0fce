"""The task `corruptions`: how often classifiers are right on common corruptions of a data set's test images."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from core.base.cancellation import Cancelled, CancelScope
from core.catalog import load_classifier
from core.contracts.classifier import Classifier
from core.contracts.corruption import CorruptedImages
from core.contracts.interfaces import Images
from core.data.by_name import load_data
from core.data.fit import joined
from core.data.published_corruptions import published_corruptions
from core.distributed.fabric import full_precision
from core.evaluation import corruption_accuracy as accuracies
from core.evaluation.accuracy import right
from core.evaluation.corruption_accuracy import Generated
from core.evaluation.corruption_summary import summary
from core.evaluation.outcomes import pack
from core.runs.context import Context, Stopped
from core.runs.tasks import at_least_one


@dataclass(frozen=True)
class CorruptionsRequest:
    """The arguments: classifiers and data by name, the first `count` test images; the first classifier is the baseline.

    official: CIFAR-10-C, CIFAR-100-C or a folder of the same form, whose files are read instead of corrupting the data;
    else `seed` is that of what the corruptions draw. `data_fingerprint`: that of the data, if the numbers are to hold
    for these only.
    """

    classifiers: list[str]
    data: str
    count: int = 1000
    batch: int = 100
    seed: int = 0
    official: str = ""
    data_fingerprint: str = ""

    def __post_init__(self) -> None:
        names = self.classifiers
        if not isinstance(names, list) or not names or not all(isinstance(each, str) for each in names):
            raise ValueError("expected the names of one or more classifiers")
        if len(set(names)) < len(names):
            raise ValueError(f"expected different classifiers, got {', '.join(names)[:200]}")
        if not isinstance(self.seed, int) or isinstance(self.seed, bool):
            raise ValueError(f"expected seed to be a whole number, got {repr(self.seed)[:60]}")
        at_least_one(count=self.count, batch=self.batch)


def corruptions(context: Context, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """{"count", "models": a summary for each classifier}; a row for each of them after every batch, then a checkpoint.

    A row holds which images of its batch are right, so an interrupted run ends with the numbers of one that was not.
    """
    try:
        asked = CorruptionsRequest(**arguments)
    except TypeError as error:
        raise ValueError(f"corruptions: {str(error).partition(' ')[2]}") from error
    try:
        with CancelScope() as scope:
            context.on_stop(lambda _: scope.stop())  # whole batches are saved, so there is nothing to wait for
            classifiers, data, source = _load(context, asked)
            context.share.made_with([each.fingerprint for each in classifiers], *data, asked.official)
            _measure(context, asked, classifiers, data, source)
    except Cancelled as error:
        raise Stopped from error
    if context.share.is_part:
        return context.share.result()
    found = summary(context.rows(), asked.classifiers)
    return found | {"asked": asdict(asked)}


def _load(context: Context, asked: CorruptionsRequest) -> tuple[list[Classifier], list[Images], CorruptedImages]:
    """The classifiers on the run's device, the test images for each, its labels their numbers, and these corrupted."""
    classifiers = [load_classifier(name, context.preparing) for name in asked.classifiers]
    full_precision()
    for classifier in classifiers:
        classifier.net.to(context.device)
    size = classifiers[0].size
    data = load_data(asked.data, "test", size=size, progress=context.preparing, fingerprint=asked.data_fingerprint)
    if asked.official:
        (read := published_corruptions(asked.official)).expect_same(data)
    fitted = [joined(classifier, data) for classifier in classifiers]
    for note in dict.fromkeys(note for each in fitted for note in each.notes):
        context.note(note)
    return classifiers, fitted, read if asked.official else Generated(fitted[0], asked.seed)


def _measure(
    context: Context,
    asked: CorruptionsRequest,
    classifiers: list[Classifier],
    data: list[Images],
    source: CorruptedImages,
) -> None:
    """Add the rows that are not there yet: a step is a batch of one cell, corrupted once for all classifiers."""
    total = min(asked.count, len(data[0]), len(source))
    begins = range(0, total, asked.batch)
    steps = [(cell, begin) for cell in accuracies.cells(source.names) for begin in begins]
    share = context.share.steps(len(steps))
    done = max(share.start, context.saved + 1)
    context.progress(done / len(steps))
    for step in range(done, share.stop):
        cell, begin = steps[step]
        end = min(begin + asked.batch, total)
        images = accuracies.images_of(cell, data[0], source, begin, end)
        for name, classifier, mine in zip(asked.classifiers, classifiers, data, strict=True):
            part = Images(images, mine.labels[begin:end], mine.classes)
            hits = right(classifier, part, batch=asked.batch).tolist()
            told = {"classifier": name, "corruption": cell[0], "severity": cell[1], "first": begin, "count": len(hits)}
            context.row(step, **told, hits=sum(hits), right=pack(hits))
        with context.checkpoint(step):
            pass  # the rows hold all there is to go on from
        said = f"{cell[0].replace('_', ' ')}, severity {cell[1]}" if cell[1] else "the images as they are"
        context.progress((step + 1) / len(steps), f"{said}: {end:,} of {total:,} images")
        if context.stop_asked():
            raise Stopped
