"""The task `batch`: one attack and some explainers on many pictures, a study and a row for each."""

import shutil
import time
from collections.abc import Mapping, Sequence
from typing import Any

from core.base.cancellation import Cancelled, CancelScope
from core.batch.cost import bytes_of, in_words
from core.batch.one_picture import studied
from core.batch.picture_rows import UNUSED, norm_of, row_of, unused
from core.batch.pictures import Source, sources
from core.batch.request import BatchRequest
from core.batch.summary import summary
from core.catalog import load_classifier
from core.contracts.classifier import Classifier
from core.contracts.interfaces import Images
from core.distributed.fabric import full_precision
from core.runs.context import Context, Stopped


def batch(context: Context, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """What `core.batch.summary.summary` tells of the rows: one for every picture, each a checkpoint.

    The study of a picture lies in `cases/` of the run's folder before its row is written, so an interrupted run repeats
    none, and ends with the numbers of one that was not. A file that cannot be used is a row that says why.
    """
    asked = BatchRequest.read(arguments)
    try:
        with CancelScope() as scope:
            context.on_stop(lambda _: scope.stop())  # what is finished is saved, so there is nothing to wait for
            classifier, found, content = _load(context, asked)
            context.share.made_with([classifier.fingerprint], content)
            _study(context, asked, classifier, found)
    except Cancelled as error:
        raise Stopped from error
    if context.share.is_part:
        return context.share.result()
    rows = context.rows()
    return {**summary(rows), "asked": asked.arguments(), "weights": classifier.fingerprint}


def _load(context: Context, asked: BatchRequest) -> tuple[Classifier, Sequence[Source], Images | str]:
    """The classifier on the run's device, what there is to study, and what that is drawn from."""
    classifier = load_classifier(asked.classifier, context.preparing)
    rows = context.rows()
    before = {row["weights"] for row in rows if "weights" in row} | ({asked.weights} if asked.weights else set())
    if before - {classifier.fingerprint}:
        raise ValueError("the weights of the model have changed since this batch was asked for")
    left, needed = shutil.disk_usage(context.folder).free, bytes_of(asked, classifier.size, len(classifier.labels))
    needed //= context.share.of
    if not rows and needed > left:
        raise ValueError(f"this batch may need {in_words(needed)} on the disk, and {in_words(left)} are left")
    full_precision()
    classifier.net.to(context.device)
    found, notes, content = sources(asked, classifier, context.share.kept, context.preparing)
    for note in notes:
        context.note(note)
    return classifier, found, content


def _study(context: Context, asked: BatchRequest, classifier: Classifier, found: Sequence[Source]) -> None:
    """Add the rows that are not there yet."""
    total, norm = len(found), norm_of(asked.chosen_attack())
    steps = context.share.steps(total)
    done = max(steps.start, context.saved + 1)
    context.progress(done / max(total, 1))
    for step in range(done, steps.stop):
        source, said = found[step], f"{step:,} of {total:,} pictures"

        def told(part: float, step: int = step, said: str = said) -> None:
            context.progress((step + part) / total, said)

        begun = time.perf_counter()
        row = _row(context, asked, classifier, source, step, norm, told)
        known = {} if row["outcome"] == UNUSED else {"weights": classifier.fingerprint}
        context.row(step, **row, **known, seconds=round(time.perf_counter() - begun, 3))
        with context.checkpoint(step):
            pass  # the row and its case hold all there is to go on from
        context.progress((step + 1) / total, f"{step + 1:,} of {total:,} pictures")
        if context.stop_asked():
            raise Stopped


def _row(
    context: Context, asked: BatchRequest, classifier: Classifier, source: Source, step: int, norm: str, told: Any
) -> dict[str, Any]:
    if source.reason:
        return unused(source.name, source.reason, source.folder)
    try:
        image, picture = source.read()
        study = studied(asked.case(image), classifier, picture, context.share.kept, step, told)
    except ValueError as error:  # it cannot be read, or the model gives no finite answer to it
        return unused(source.name, str(error), source.folder)
    return row_of(study, source.name, source.label, norm)
