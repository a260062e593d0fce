"""The task `compare`: two classifiers on the same images of a data set, over a range of strengths."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import torch

from core.base.cancellation import Cancelled, CancelScope
from core.base.params import from_spec
from core.catalog import ATTACKS, EXPLAINERS, load_classifier
from core.compare.comparison import SIDES, Side
from core.compare.curves import curves
from core.compare.image_batch import Plan, measure
from core.compare.resized import larger, matched
from core.contracts.attack import Attack
from core.contracts.classifier import Classifier
from core.contracts.explainer import Explainer
from core.contracts.interfaces import Images
from core.data.by_name import load_data
from core.data.fit import joined
from core.distributed.fabric import full_precision
from core.evaluation.strength_sweep import strengths
from core.runs.context import Context, Stopped
from core.runs.tasks import at_least_one


@dataclass(frozen=True)
class ComparisonRequest:
    """The arguments: classifiers and data by name, an attack and an explainer (or none) in their JSON form.

    `count` test images drawn by `seed`. `weights`: the fingerprints of both, if the numbers are to hold for these only;
    `data_fingerprint`: that of the data, likewise.
    """

    before: str
    after: str
    data: str
    attack: dict[str, Any]
    explainer: dict[str, Any] | None = None
    count: int = 200
    batch: int = 10
    seed: int = 0
    weights: list[str] | None = None
    data_fingerprint: str = ""

    def __post_init__(self) -> None:
        at_least_one(count=self.count, batch=self.batch)

    def plan(self) -> Plan:
        """What is measured; ValueError for an attack without a strength to vary."""
        attack = from_spec(self.attack, ATTACKS)
        explainer = from_spec(self.explainer, EXPLAINERS) if self.explainer else None
        assert isinstance(attack, Attack)
        assert explainer is None or isinstance(explainer, Explainer)
        return Plan(attack, strengths(attack), explainer, self.seed)


def compare(context: Context, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """What `core.compare.curves.curves` tells of the rows, and `strengths`; a row after every batch, each a checkpoint.

    A row holds the numbers of its own images, so rows can be added up at any time, and an interrupted run ends with the
    numbers of one that was not.
    """
    try:
        asked = ComparisonRequest(**arguments)
    except TypeError as error:
        raise ValueError(f"compare: {str(error).partition(' ')[2]}") from error
    plan = asked.plan()
    try:
        with CancelScope() as scope:
            context.on_stop(lambda _: scope.stop())  # whole batches are saved, so there is nothing to wait for
            classifiers, data = _load(context, asked)
            _measure(context, asked, plan, _matched(classifiers, data), data)
    except Cancelled as error:
        raise Stopped from error
    rows = context.rows()
    prints = [classifiers[side].fingerprint for side in SIDES]
    return {"strengths": list(plan.strengths), **curves(rows), "asked": asdict(asked), "weights": prints}


def _load(context: Context, asked: ComparisonRequest) -> tuple[dict[Side, Classifier], Images]:
    """The two classifiers on the run's device, each as it is, and the test images, found to fit."""
    classifiers: dict[Side, Classifier] = {
        side: load_classifier(getattr(asked, side), context.preparing) for side in SIDES
    }
    matched(classifiers["before"], classifiers["after"])  # or a sentence, before the data are fetched
    prints = [[getattr(classifiers[side], kind) for side in SIDES] for kind in ("fingerprint", "weights")]
    if asked.weights is not None and asked.weights not in prints:  # earlier ones told the weights only
        raise ValueError("the weights of one of the two models have changed since this comparison was asked for")
    full_precision()
    for classifier in classifiers.values():
        classifier.net.to(context.device)
    size = larger(classifiers["before"], classifiers["after"]).size
    data = load_data(asked.data, "test", size=size, progress=context.preparing, fingerprint=asked.data_fingerprint)
    data = joined(_matched(classifiers, data)["before"], data)
    for note in data.notes:
        context.note(note)
    return classifiers, data


def _matched(classifiers: dict[Side, Classifier], data: Images) -> dict[Side, Classifier]:
    """Both on the data's own size, if one of them takes it."""
    both = matched(classifiers["before"], classifiers["after"], tuple(data.images.shape[1:]))
    return dict(zip(SIDES, both, strict=True))


def _measure(
    context: Context, asked: ComparisonRequest, plan: Plan, classifiers: dict[Side, Classifier], data: Images
) -> None:
    """Add the rows that are not there yet."""
    order = torch.randperm(len(data), generator=torch.Generator().manual_seed(asked.seed))
    chosen = order[: asked.count].sort().values
    steps = range(0, len(chosen), asked.batch)
    done = context.saved + 1
    context.progress(done / len(steps))
    for step in range(done, len(steps)):
        places = chosen[steps[step] : steps[step] + asked.batch]
        images, labels = data.images[places].float() / 255, data.labels[places]
        found = measure(classifiers, images, labels, steps[step], plan)
        context.row(step, images=places.tolist(), **found)
        with context.checkpoint(step):
            pass  # the rows hold all there is to go on from
        count = min(steps[step] + asked.batch, len(chosen))
        context.progress((step + 1) / len(steps), f"{count:,} of {len(chosen):,} images")
        if context.stop_asked():
            raise Stopped
