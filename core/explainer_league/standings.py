"""The table: means with 95 % intervals, and for every pair in a column what can be said after Holm's correction."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from typing import Any

import torch

from core.evaluation.holm import LEVEL, holm, p_value
from core.evaluation.paired import Difference, mean_interval, paired_means
from core.explainer_league.floors import FLOORS
from core.explainer_league.league import MEASURES
from core.explainer_league.pgca_criteria import CRITERIA, FAIRNESS
from core.explainer_league.pgca_weights import fairness, weighted
from core.explainer_league.stability import CONTROLS, PLAIN, TITLES

FEW = 10  # images; of fewer nothing is said
BETTER, WORSE, ALIKE, TOO_FEW = "better than", "worse than", "cannot be told apart", "too few images"

Column = dict[str, dict[int, float]]  # explainer -> image -> value


def standings(rows: Sequence[Mapping[str, Any]], group: Sequence[int] | None = None) -> dict[str, Any]:
    """Everything told by rows {"images", "explainer", "values", "spread"}, as JSON.

    `columns`, one a metric: `explainers` with count, mean and interval, and `comparisons`, each pair once (two floors
    are not compared, nor are controls): the mean difference on the images that both have, its p value after Holm's
    correction for the pairs of the column, and the verdict. `pgca`: the criteria's weights and weighted scores; with
    `group`, the places of the images in one of two groups, fairness is one of them.
    """
    columns: dict[str, Column] = {}
    nulls: dict[str, dict[int, float]] = {}
    for row in rows:
        for metric, values in row["values"].items():
            mine = columns.setdefault(metric, {}).setdefault(row["explainer"], {})
            mine |= {image: value for image, value in zip(row["images"], values, strict=True) if value is not None}
        for metric, values in row.get("null", {}).items():
            nulls.setdefault(metric, {}).update(zip(row["images"], values, strict=True))
    images = {image for row in rows for image in row["images"]}
    told = [_column(metric, column) for metric, column in columns.items()]
    for each in told:
        if null := nulls.get(each["metric"]):
            each["null"] = sum(null.values()) / len(null)
    return {"count": len(images), "columns": told, "pgca": _pgca(rows, columns, group)}


def _column(metric: str, column: Column) -> dict[str, Any]:
    kind = MEASURES.get(metric)
    better = kind.better if kind else "higher"
    return {
        "metric": metric,
        "title": kind.title if kind else TITLES[metric],
        "plain": kind.plain if kind else PLAIN[metric],
        "better": better,
        "unit": kind.unit if kind else "",
        "explainers": {key: _mean(list(values.values())) for key, values in column.items()},
        "comparisons": [] if metric in CONTROLS else comparisons(column, better),
    }


def _mean(values: list[float]) -> dict[str, Any]:
    if len(values) < 2:
        return {"count": len(values), "mean": values[0] if values else None, "interval_95": None}
    mean, low, high = mean_interval(values)
    return {"count": len(values), "mean": mean, "interval_95": [low, high]}


def pairs(keys: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Every pair of explainers once, but for two floors; a floor comes second."""
    for one, other in combinations(keys, 2):
        if one in FLOORS and other not in FLOORS:
            yield other, one
        elif not (one in FLOORS and other in FLOORS):
            yield one, other


def comparisons(column: Column, better: str) -> list[dict[str, Any]]:
    """Each pair of a column, paired by image, with a verdict after Holm's correction for their number.

    >>> steps = [0.01 * (image % 2) for image in range(20)]
    >>> column = {key: {image: base + step for image, step in enumerate(steps)} for key, base in zip("ab", (0.2, 0.9))}
    >>> column["b"][0] += 0.1
    >>> [(each["first"], each["verdict"], each["second"]) for each in comparisons(column, "lower")]
    [('a', 'better than', 'b')]
    """
    found: list[tuple[str, str, Difference | None]] = []
    for first, second in pairs(list(column)):
        both = [image for image in column[first] if image in column[second]]
        few = len(both) < FEW
        values = [[column[key][image] for image in both] for key in (first, second)]
        found.append((first, second, None if few else paired_means(values[0], values[1])))
    adjusted = iter(holm([p_value(each) for _, _, each in found if each is not None]))
    told: list[dict[str, Any]] = []
    for first, second, difference in found:
        if difference is None:
            told.append({"first": first, "second": second, "verdict": TOO_FEW})
            continue
        p = next(adjusted)
        ahead = (difference.value > 0) == (better == "higher")
        verdict = ALIKE if p > LEVEL else BETTER if ahead else WORSE
        told.append({"first": first, "second": second, "verdict": verdict, "p_holm": p, "difference": difference.value,
                     "interval_95": [difference.low, difference.high], "count": difference.count})  # fmt: skip
    return told


def _pgca(
    rows: Sequence[Mapping[str, Any]], columns: Mapping[str, Column], group: Sequence[int] | None
) -> dict[str, Any]:
    """Weights by criterion and the weighted score of every explainer; empty where a criterion was not measured."""
    if not all(key in columns for key in CRITERIA):
        return {}
    explainers = list(columns[next(iter(CRITERIA))])
    scores = {
        key: [sum(columns[each][key].values()) / len(columns[each][key]) for each in CRITERIA] for key in explainers
    }
    names = list(CRITERIA)
    even: dict[str, float] = {}
    if group is not None:
        for key in explainers:
            mine = [row for row in rows if row["explainer"] == key and "spread" in row]
            inside = torch.tensor([image in set(group) for row in mine for image in row["images"]])
            if inside.all() or not inside.any():
                break
            even[key] = fairness(torch.tensor([each for row in mine for each in row["spread"]]), inside)
        if len(even) == len(explainers):
            names.append(FAIRNESS)
            scores = {key: [*row, even[key]] for key, row in scores.items()}
    weights, summed = weighted(scores)
    return {"weights": dict(zip(names, weights, strict=True)), "scores": summed, "fairness": even}
