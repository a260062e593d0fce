"""The task `evaluate`: how often a classifier is right on a data set, as it is or under an attack."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal, cast

from core.base.cancellation import Cancelled, CancelScope
from core.base.params import from_spec
from core.base.proportion import Proportion
from core.catalog import ATTACKS, load_classifier
from core.contracts.attack import Attack
from core.contracts.interfaces import Images
from core.data.by_name import load_data
from core.data.fit import joined
from core.distributed.fabric import full_precision
from core.evaluation.accuracy import right, untried
from core.runs.context import Context, Stopped
from core.runs.tasks import at_least_one


@dataclass(frozen=True)
class EvaluationRequest:
    """The arguments: a classifier and data by name, an attack in its JSON form or none, the first `count` images.

    `data_fingerprint`: that of the data, if the number is to hold for these only.
    """

    classifier: str
    data: str
    split: Literal["train", "test"] = "test"
    attack: dict[str, Any] | None = None
    count: int = 1000
    batch: int = 100
    seed: int = 0
    data_fingerprint: str = ""

    def __post_init__(self) -> None:
        if self.split not in ("train", "test"):
            raise ValueError(f"expected the train or the test split, got {self.split!r}")
        at_least_one(count=self.count, batch=self.batch)


def evaluate(context: Context, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """{"hits", "count", "accuracy", "interval_95", "without_gradient"}; a row after every batch, each a checkpoint.

    without_gradient: how many images gave the attack no gradient to follow, so that a right answer there says nothing.

    The batches and their seeds are those of `core.evaluation.accuracy.accuracy`, so the number is too, however often it
    stopped.
    """
    try:
        asked = EvaluationRequest(**arguments)
    except TypeError as error:
        raise ValueError(f"evaluate: {str(error).partition(' ')[2]}") from error
    try:
        with CancelScope() as scope:
            context.on_stop(lambda _: scope.stop())  # whole batches are saved, so there is nothing to wait for
            hits, flat, total = _count(context, asked)
    except Cancelled as error:
        raise Stopped from error
    share = Proportion(hits, total)
    return {
        "hits": hits,
        "count": total,
        "accuracy": share.value,
        "interval_95": share.interval,
        "without_gradient": flat,
        "asked": asdict(asked),
    }


def _count(context: Context, asked: EvaluationRequest) -> tuple[int, int, int]:
    """(how many are right, on how many of these the attack had no gradient, of how many), from the last checkpoint."""
    attack = cast(Attack, from_spec(asked.attack, ATTACKS)) if asked.attack else None
    classifier = load_classifier(asked.classifier, context.preparing)
    full_precision()
    classifier.net.to(context.device)
    data = load_data(
        asked.data, asked.split, size=classifier.size, progress=context.preparing, fingerprint=asked.data_fingerprint
    )
    data = joined(classifier, data)
    for note in data.notes:
        context.note(note)
    total = min(asked.count, len(data))
    steps = range(0, total, asked.batch)
    done, hits, flat = 0, 0, 0
    if found := context.latest():
        kept = json.loads((found[1] / "hits.json").read_text())
        done, hits, flat = found[0] + 1, kept["hits"], kept.get("flat", 0)
    context.progress(done / len(steps))
    for step in range(done, len(steps)):
        begin, end = steps[step], min(steps[step] + asked.batch, total)
        part = Images(data.images[begin:end], data.labels[begin:end], data.classes)
        correct = right(classifier, part, attack, batch=asked.batch, seed=asked.seed + begin)
        hits += int(correct.sum())
        flat += 0 if attack is None else untried(classifier, part, correct, attack, asked.batch)
        context.row(step, count=end, hits=hits, accuracy=hits / end)
        with context.checkpoint(step) as folder:
            (folder / "hits.json").write_text(json.dumps({"hits": hits, "flat": flat}))
        context.progress((step + 1) / len(steps), f"{end:,} of {total:,} images")
        if context.stop_asked():
            raise Stopped
    if flat:
        context.note(f"On {flat:,} images the attack found no gradient to follow: that they are right says nothing.")
    return hits, flat, total
