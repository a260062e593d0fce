"""The task `explainers`: a league of explainers by metrics, beside the floors, on images that a model gets right."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from core.base.cancellation import Cancelled, CancelScope
from core.catalog import load_classifier
from core.contracts.classifier import Classifier
from core.contracts.interfaces import Images
from core.data.by_name import load_data
from core.data.fit import joined
from core.distributed.fabric import full_precision
from core.explainer_league.league import measure, right_images
from core.explainer_league.request import LeagueRequest
from core.explainer_league.stability import steadiness
from core.explainer_league.standings import standings
from core.runs.context import Context, Stopped

STABILITY = "stability"  # the folder in which the state of that part lies


def explainers(context: Context, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """What `core.explainer_league.standings.standings` tells of the rows.

    A row for every explainer and batch, each a checkpoint. A row holds the numbers of its own images, so an interrupted
    run ends with the numbers of one that was not.
    """
    asked = LeagueRequest.read(arguments)
    try:
        with CancelScope() as scope:
            context.on_stop(lambda _: scope.stop())  # whole rows are saved, so there is nothing to wait for
            classifier, data = _load(context, asked)
            context.share.made_with([classifier.fingerprint], data)
            _measure(context, asked, classifier, data)
    except Cancelled as error:
        raise Stopped from error
    if context.share.is_part:
        return context.share.result()
    rows = context.rows()
    group = _group(asked.group, data, sorted({image for row in rows for image in row["images"]}))
    return {**standings(rows, group), "asked": asdict(asked), "weights": classifier.fingerprint}


def _load(context: Context, asked: LeagueRequest) -> tuple[Classifier, Images]:
    classifier = load_classifier(asked.classifier, context.preparing)
    if asked.weights not in ("", classifier.fingerprint):
        raise ValueError("the weights of the model have changed since this league was asked for")
    asked.plan(classifier)  # or a sentence, before the data are fetched
    full_precision()
    classifier.net.to(context.device)
    data = load_data(
        asked.data, "test", size=classifier.size, progress=context.preparing, fingerprint=asked.data_fingerprint
    )
    data = joined(classifier, data)
    for note in data.notes:
        context.note(note)
    _group(asked.group, data, [])
    return classifier, data


def _group(names: Sequence[str] | None, data: Images, places: Sequence[int]) -> list[int] | None:
    """Which of the `places` in the data show one of the classes `names`; None where there are no groups."""
    if names is None:
        return None
    if unknown := [name for name in names if name not in data.classes]:
        raise ValueError(f"{unknown[0]!r} is not one of the {len(data.classes)} classes of these images")
    return [place for place in places if data.classes[int(data.labels[place])] in names]


def _measure(context: Context, asked: LeagueRequest, classifier: Classifier, data: Images) -> None:
    """Add the rows that are not there yet; stability, which keeps a state of its own, comes last."""
    plan, attack = asked.plan(classifier), asked.pgd()
    chosen = right_images(classifier, data, asked.count, asked.seed, lambda _: context.preparing(0, "Choosing images"))
    if len(chosen) < asked.count:
        context.note(f"The model gets {len(chosen):,} images right, fewer than the {asked.count:,} asked for.")
    cells = [(begin, each) for begin in range(0, len(chosen), asked.batch) for each in plan.explainers]
    each, more = len(plan.explainers), int(attack is not None)
    steps, total = context.share.steps(len(cells) // each, each=each, rest=more), len(cells) + more
    done = max(steps.start, context.saved + 1)
    context.progress(done / total)
    for step in range(done, steps.stop):
        begin, explainer = cells[step]
        places = chosen[begin : begin + asked.batch]
        images, labels = data.images[places].float() / 255, data.labels[places]
        begun = time.perf_counter()
        found = measure(classifier, images, labels, places.tolist(), explainer, plan)
        context.row(step, images=places.tolist(), explainer=explainer.key, **found, seconds=_since(begun))
        count = min(begin + asked.batch, len(chosen))
        _done(context, step, total, f"{explainer.title}, {count:,} of {len(chosen):,} images")
    if attack is not None and not context.share.is_part and context.saved < len(cells):
        rows = steadiness(
            classifier, data, chosen.tolist(), plan.explainers, attack, context.folder / STABILITY, asked.seed,
            lambda told: context.progress(len(cells) / total, told),
        )  # fmt: skip
        for row in rows:
            context.row(len(cells), **row)
        _done(context, len(cells), total, "stability under attack")


def _since(begun: float) -> float:
    return round(time.perf_counter() - begun, 3)


def _done(context: Context, step: int, total: int, said: str) -> None:
    """Make the rows of a step last; Stopped if somebody asked."""
    with context.checkpoint(step):
        pass  # the rows hold all there is to go on from
    context.progress((step + 1) / total, said)
    if context.stop_asked():
        raise Stopped
