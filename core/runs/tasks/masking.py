"""The task `masking`: the checklist of gradient masking, a row and a checkpoint after every check."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

import torch

from core.base.cancellation import Cancelled, CancelScope
from core.catalog import load_classifier
from core.contracts.classifier import Classifier
from core.contracts.strength import ON_DIGITS
from core.data.by_name import load_data
from core.data.fit import joined
from core.distributed.fabric import full_precision
from core.gradient_masking.checklist import CHECKS, carried_out, summary
from core.gradient_masking.subject import Subject, expect_strength, subject
from core.runs.context import Context, Stopped
from core.runs.tasks import at_least_one

USUAL = 8 / 255


@dataclass(frozen=True)
class MaskingRequest:
    """The arguments: a classifier and data by name, `count` images drawn by `seed`, and eps, of attacks in L-infinity.

    eps: None for the usual strength, 51/255 on one grey channel, as of digits, else 8/255. surrogate: a second
    classifier to make attacked pictures with, "" for none. queries: of Square. `data_fingerprint`: that of the data, if
    the findings are to hold for these only.
    """

    classifier: str
    data: str
    eps: float | None = None
    surrogate: str = ""
    split: Literal["train", "test"] = "test"
    count: int = 200
    batch: int = 100
    queries: int = 1000
    seed: int = 0
    data_fingerprint: str = ""

    def __post_init__(self) -> None:
        if self.split not in ("train", "test"):
            raise ValueError(f"expected the train or the test split, got {self.split!r}")
        if self.eps is not None:
            if isinstance(self.eps, bool) or not isinstance(self.eps, int | float):
                raise ValueError(f"expected the strength to be a number, got {repr(self.eps)[:60]}")
            expect_strength(self.eps)
        if not isinstance(self.seed, int) or isinstance(self.seed, bool):
            raise ValueError(f"expected seed to be a whole number, got {repr(self.seed)[:60]}")
        at_least_one(count=self.count, batch=self.batch, queries=self.queries)


def masking(context: Context, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """{"verdicts", "checks", "count", "eps", "asked", "weights"}, as `core.gradient_masking.checklist.summary` has it.

    What every check draws is its own, so an interrupted run ends with the findings of one that was not.
    """
    try:
        asked = MaskingRequest(**arguments)
    except TypeError as error:
        raise ValueError(f"masking: {str(error).partition(' ')[2]}") from error
    try:
        with CancelScope() as scope:
            context.on_stop(lambda _: scope.stop())  # whole checks are saved, so there is nothing to wait for
            examined = _load(context, asked)
            _measure(context, examined)
    except Cancelled as error:
        raise Stopped from error
    rows = context.rows()
    found = summary([{name: value for name, value in row.items() if name not in ("step", "weights")} for row in rows])
    return {
        **found,
        "count": examined.count,
        "eps": examined.eps,
        "asked": asdict(asked),
        "weights": _weights(examined),
    }


def _load(context: Context, asked: MaskingRequest) -> Subject:
    """The subject on the run's device, with the weights that earlier rows were measured on."""
    names = [asked.classifier, *([asked.surrogate] if asked.surrogate else [])]
    classifiers = [load_classifier(name, context.preparing) for name in names]
    full_precision()
    for each in classifiers:
        each.net.to(context.device)
    first = classifiers[0]
    data = load_data(
        asked.data, asked.split, size=first.size, progress=context.preparing, fingerprint=asked.data_fingerprint
    )
    fitted = [joined(each, data) for each in classifiers]
    for note in fitted[0].notes:
        context.note(note)
    if any(not torch.equal(each.labels, fitted[0].labels) for each in fitted):
        raise ValueError("the second model names its classes differently or in another order")
    order = torch.randperm(len(data), generator=torch.Generator().manual_seed(asked.seed))
    places = order[: asked.count].sort().values
    images, labels = fitted[0].images[places].float() / 255, fitted[0].labels[places]
    other: Classifier | None = classifiers[1] if asked.surrogate else None
    eps = _usual(first) if asked.eps is None else asked.eps
    made = subject(
        first, images, labels, eps, surrogate=other, seed=asked.seed, batch=asked.batch, queries=asked.queries
    )
    before = {tuple(row.get("weights", ())) for row in context.rows()}
    if before - {tuple(_weights(made))}:
        raise ValueError("the weights of a model have changed since this examination began")
    return made


def _measure(context: Context, examined: Subject) -> None:
    """Add the rows that are not there yet."""
    keys = list(CHECKS)
    context.progress((context.saved + 1) / len(keys), "" if context.saved >= 0 else CHECKS[keys[0]].title)
    for step in range(context.saved + 1, len(keys)):
        found = carried_out(keys[step], examined)
        context.row(step, **found.entry(), weights=_weights(examined))
        with context.checkpoint(step):
            pass  # the rows hold all there is to go on from
        following = f", next: {CHECKS[keys[step + 1]].title}" if step + 1 < len(keys) else ""
        context.progress((step + 1) / len(keys), f"{step + 1} of {len(keys)} checks{following}")
        if context.stop_asked():
            raise Stopped


def _weights(examined: Subject) -> list[str]:
    return [examined.classifier.fingerprint, *([examined.surrogate.fingerprint] if examined.surrogate else [])]


def _usual(classifier: Classifier) -> float:
    return ON_DIGITS if classifier.size[0] == 1 else USUAL
