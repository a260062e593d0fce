"""The task `detect`: a detection study, stage by stage, each of which tells what it found when it is through."""

from collections.abc import Mapping
from typing import Any

from core.base.cancellation import Cancelled, CancelScope
from core.base.paths import folder
from core.catalog import load_classifier
from core.contracts.classifier import Classifier
from core.contracts.interfaces import Images
from core.data.by_name import load_data
from core.data.fit import joined
from core.detection.pieces import SharedCache, make_piece, pieces
from core.detection.request import DetectionRequest
from core.detection.sources import sources_of
from core.detection.study import STAGES
from core.detection.subject import Said, Subject
from core.distributed.fabric import full_precision
from core.runs.context import Context, Stopped


def detect(context: Context, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """What each stage of `core.detection.study` told, by its key.

    A row for each stage, which is a checkpoint: a study that was stopped or killed goes on with the stage it was in.
    What that stage had attacked and explained already lies in the cache, by content.
    """
    asked = DetectionRequest.read(arguments)
    told = {row["stage"]: row["told"] for row in context.rows()}
    try:
        with CancelScope() as scope:
            context.on_stop(lambda _: scope.stop())  # whole batches are kept, so there is nothing to wait for
            cache = SharedCache(folder("detection"))
            subject = _subject(context, asked, cache)
            if context.share.is_part:
                _pieces(context, subject, cache)
                return context.share.result()
            for row in context.share.rows():
                cache.add_credit(row["keys"])
            for step, (key, stage) in enumerate(STAGES.items()):
                if step <= context.saved:
                    continue
                subject.report = _say(context, step)
                told[key] = stage(subject, told)
                context.row(step, stage=key, told=told[key])
                with context.checkpoint(step):
                    pass  # the row holds all there is to go on from
                if context.stop_asked():
                    raise Stopped
    except Cancelled as error:
        raise Stopped from error
    return told | {"asked": asked.arguments(), "weights": subject.classifier.fingerprint,
                   "classes": list(subject.classes)[:1000]}  # fmt: skip


def _pieces(context: Context, subject: Subject, cache: SharedCache) -> None:
    """Attack and explain this part's share of the images, for the stages to find in the cache; a row for each batch."""
    todo = pieces(subject)
    steps = context.share.steps(len(todo), each=0)
    for step in range(max(steps.start, context.saved + 1), steps.stop):
        part, begin = todo[step]
        context.progress((step - steps.start) / len(steps), f"{part} images from {begin + 1:,} on")
        context.row(step, piece=[part, begin], **make_piece(subject, cache, part, begin))
        with context.checkpoint(step):
            pass  # the row and the cache hold all there is to go on from
        if context.stop_asked():
            raise Stopped


def _say(context: Context, step: int) -> Said:
    """What a stage says of itself, as progress of the whole; one that does several things goes no way back."""

    def say(words: str, part: float) -> None:
        context.progress(max((step + part) / len(STAGES), context.status.progress), words)

    return say


def _subject(context: Context, asked: DetectionRequest, cache: SharedCache) -> Subject:
    """The classifier, and its images, disjoint and answered right."""
    classifier = load_classifier(asked.classifier, context.preparing)
    if asked.weights not in ("", classifier.fingerprint):
        raise ValueError("the weights of the model have changed since this study was asked for")
    asked.signature(classifier)  # or a sentence, before the data are fetched
    full_precision()
    classifier.net.to(context.device)
    test = _data(context, asked, classifier, "test")
    learn = test if asked.learn_from == "test" else _data(context, asked, classifier, "train")
    context.share.made_with([classifier.fingerprint], learn, test)
    sources = sources_of(
        classifier, learn, test, asked, lambda done, of: context.preparing(done / of, "Choosing images")
    )
    return Subject(asked, classifier, sources, test.classes, cache, context.folder,
                   _say(context, context.saved + 1))  # fmt: skip


def _data(context: Context, asked: DetectionRequest, classifier: Classifier, split: Any) -> Images:
    data = load_data(
        asked.data, split, size=classifier.size, progress=context.preparing, fingerprint=asked.data_fingerprint
    )
    data = joined(classifier, data)
    for note in data.notes:
        context.note(note)
    return data
