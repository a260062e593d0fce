"""Studies and comparisons filled by a worker: the same parts, in the same order, as in the process itself."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from core.compare.comparison import SIDES, Comparison, Side
from core.contracts.classifier import Classifier
from core.study.investigation import Event
from core.study.study import Study
from core.workers import questions
from core.workers.changes import add
from core.workers.models import ModelName
from core.workers.pool import Pool


def investigate(pool: Pool, study: Study, classifier: Classifier) -> Iterator[Event]:
    """`core.study.investigation.investigate` in a worker, with as many threads as the study says.

    Maps give way to attacks, so that each study has its attack early.
    """
    study.failed.clear()
    model = ModelName.of(classifier, study.case.classifier)
    for event, news in pool.parts(questions.attack, (model,), study, threads=study.threads, then=questions.maps):
        add(study, news)
        if event is not None:
            yield event


def cross(
    pool: Pool, comparison: Comparison, models: Mapping[Side, Classifier], label: int | None
) -> Iterator[tuple[Side, str]]:
    """core.compare.one_image.cross in a worker, with as many threads as its studies say."""
    pair = comparison.pair
    named = tuple(ModelName.of(models[side], pair.case(side).classifier) for side in SIDES)
    bare = {side: replace(study, maps={}, measured={}, noise=None) for side, study in comparison.studies.items()}
    asked = Comparison(pair, bare, comparison.crossings)
    threads = comparison.studies["before"].threads
    for part, news in pool.parts(questions.comparison, named, asked, label, threads=threads):
        add(comparison, news)
        if part is not None:
            yield part
