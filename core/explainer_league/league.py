"""What is measured: explainers and floors by metrics, on images that the classifier gets right, one value an image."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import torch
from torch import Tensor

from core.catalog import EXPLAINERS, METRICS
from core.contracts.batch import stream
from core.contracts.classifier import Classifier
from core.contracts.explainer import Explainer
from core.contracts.interfaces import Images
from core.contracts.metric import Metric
from core.explainer_league.floors import FLOORS
from core.explainer_league.pgca_criteria import CRITERIA
from core.explainer_league.pgca_weights import spread

ENTRANTS: Mapping[str, type[Explainer]] = MappingProxyType({**FLOORS, **EXPLAINERS})
MEASURES: Mapping[str, type[Metric]] = MappingProxyType({**METRICS, **CRITERIA})
ASKED_AT_ONCE = 250  # images
DIGITS = 7


@dataclass(frozen=True)
class Plan:
    """Who is measured, by what: explainers and metrics, each key once. The floors are always among the explainers."""

    explainers: tuple[Explainer, ...]
    metrics: tuple[Metric, ...]
    seed: int = 0

    def __post_init__(self) -> None:
        keys = {each.key for each in self.explainers}
        missing = tuple(kind() for key, kind in FLOORS.items() if key not in keys)
        object.__setattr__(self, "explainers", (*missing, *self.explainers))
        for what, some in (("explainer", self.explainers), ("metric", self.metrics)):
            if len({each.key for each in some}) < len(some):
                raise ValueError(f"expected each {what} once")
        if not self.metrics:
            raise ValueError("expected at least one metric")


def usual_metrics() -> tuple[Metric, ...]:
    """Every metric that needs no mask, with its defaults."""
    return tuple(kind() for kind in MEASURES.values() if kind.needs != "masks")


def usual_explainers(classifier: Classifier) -> tuple[Explainer, ...]:
    """Every explainer that can explain this classifier, with its defaults."""
    made = [kind() for kind in EXPLAINERS.values()]
    return tuple(each for each in made if not each.obstacle(classifier))


def right_images(
    classifier: Classifier, data: Images, count: int, seed: int, progress: Callable[[float], None] | None = None
) -> Tensor:
    """The places in `data` of `count` images that the classifier gets right, drawn by `seed`, in rising order.

    Fewer if there are fewer; ValueError if there is none.
    """
    order = torch.randperm(len(data), generator=torch.Generator().manual_seed(seed))
    kept: list[Tensor] = []
    found = 0
    for places in torch.split(order, ASKED_AT_ONCE):
        images = data.images[places].float() / 255
        kept.append(places[classifier.probabilities(images).argmax(dim=1).cpu() == data.labels[places]])
        found += len(kept[-1])
        if progress is not None:
            progress(min(1.0, found / count))
        if found >= count:
            break
    if not found:
        raise ValueError("the model gets none of these images right, so there is no answer to explain")
    return torch.cat(kept)[:count].sort().values


def measure(
    classifier: Classifier,
    images: Tensor,
    labels: Tensor,
    places: Sequence[int],
    explainer: Explainer,
    plan: Plan,
    masks: Tensor | None = None,
) -> dict[str, Any]:
    """One explainer on some images (n, C, H, W) in [0, 1] that are right: numbers as JSON, an entry for each image.

    `values` by metric, `null` by metric where what chance gives is known, `spread` the map's mass over a grid. places:
    of the images in their data; draws depend on them and on the seed alone, so batches change nothing. The class
    explained is the one predicted, the label.
    """
    seeds = [stream(plan.seed, "league", place) for place in places]
    found = explainer(classifier, images, labels, seed=plan.seed)
    told: dict[str, Any] = {"values": {}, "null": {}}
    given = classifier, images, labels, found
    for metric in plan.metrics:
        values = metric(*given, seeds=seeds, explainer=explainer, seed=plan.seed, masks=masks)
        told["values"][metric.key] = _rounded(values)
        null = metric.null(metric.subject(*given, seeds, explainer, plan.seed, masks))
        if null is not None:
            told["null"][metric.key] = _rounded(null)
    told["spread"] = [_rounded(each) for each in spread(found.values)]
    return told


def _rounded(values: Tensor) -> list[float]:
    return [float(f"{value:.{DIGITS}g}") for value in values.tolist()]


def tidy(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """One record a number: {"image", "explainer", "metric", "value"}, from rows {"images", "explainer", "values"}.

    >>> tidy([{"images": [3, 5], "explainer": "lime", "values": {"road": [0.5, 1.0]}}])[1]
    {'image': 5, 'explainer': 'lime', 'metric': 'road', 'value': 1.0}
    """
    return [
        {"image": image, "explainer": row["explainer"], "metric": metric, "value": value}
        for row in rows
        for metric, values in row["values"].items()
        for image, value in zip(row["images"], values, strict=True)
        if value is not None
    ]
