"""What was measured under common corruptions, in words and as a table of plain text."""

from collections.abc import Mapping
from typing import Any

from core.base.plain_line import plain_line
from core.contracts.corruption import SEVERITIES
from core.evaluation.corruption_accuracy import CLEAN


def sentence(result: Mapping[str, Any]) -> str:
    """The means of a run of `corruptions`, from its result, in a sentence; "" where it holds none.

    >>> mean = {"accuracy": 0.714, "count": 1000, "interval_95": [0.702, 0.726]}
    >>> sentence({"models": [{"classifier": "a", "mean": mean}]})
    'Mean corruption accuracy over 1,000 images: a 71.4 % (95 % interval 70.2 to 72.6 %).'
    >>> sentence({"models": [{"classifier": "a", "mean": {"accuracy": None}}]})
    ''
    """
    models = result.get("models")
    told = [_mean(each) for each in models if isinstance(each, Mapping)] if isinstance(models, list) else []
    if not told or not all(told):
        return ""
    count = models[0]["mean"].get("count")  # type: ignore[index]
    over = f" over {count:,} images" if isinstance(count, int) else ""
    return f"Mean corruption accuracy{over}: {'; '.join(told)}."


def _mean(model: Mapping[str, Any]) -> str:
    mean = model.get("mean")
    if not isinstance(mean, Mapping) or not isinstance(accuracy := mean.get("accuracy"), int | float):
        return ""
    return f"{plain_line(str(model.get('classifier')), 80)} {100 * accuracy:.1f} %{_interval(mean.get('interval_95'))}"


def _interval(bounds: Any) -> str:
    """In brackets; "" where there is none."""
    if isinstance(bounds, list | tuple) and len(bounds) == 2 and all(isinstance(each, int | float) for each in bounds):
        return f" (95 % interval {100 * bounds[0]:.1f} to {100 * bounds[1]:.1f} %)"
    return ""


def table(model: Mapping[str, Any]) -> str:
    """One model of a result: a line a corruption, a column a severity, in percent of images, and what it comes to.

    >>> cells = [{"corruption": "clean", "severity": 0, "accuracy": 0.9, "interval_95": [0.88, 0.92], "count": 900}]
    >>> cells += [{"corruption": "fog", "severity": each, "accuracy": 0.9 - each / 10} for each in SEVERITIES]
    >>> print(table({"classifier": "a", "cells": cells, "mean": {"accuracy": 0.6, "interval_95": [0.5, 0.7]}}))
    a
    as they are: 90.0 % right (95 % interval 88.0 to 92.0 %)
    severity                1      2      3      4      5   mean
    fog                  80.0   70.0   60.0   50.0   40.0   60.0
    mean corruption accuracy: 60.0 % (95 % interval 50.0 to 70.0 %)
    """
    cells = {(row["corruption"], row["severity"]): row["accuracy"] for row in model["cells"]}
    clean, mean = model["cells"][0], model["mean"]
    lines = [str(model["classifier"])]
    lines.append(f"as they are: {100 * clean['accuracy']:.1f} % right{_interval(clean['interval_95'])}")
    lines.append("".join([f"{'severity':<18}", *(f"{each:>7}" for each in SEVERITIES), f"{'mean':>7}"]))
    for name in dict.fromkeys(corruption for corruption, _ in cells if corruption != CLEAN[0]):
        shares = [cells[name, severity] for severity in SEVERITIES]
        numbers = [*shares, sum(shares) / len(shares)]
        lines.append(f"{name:<18}" + "".join(f"{100 * each:>7.1f}" for each in numbers))
    lines.append(f"mean corruption accuracy: {100 * mean['accuracy']:.1f} %{_interval(mean['interval_95'])}")
    if "against" in model:
        lines.append(f"against {model['against']}: {_relative(model)}")
    return "\n".join(lines)


def _relative(model: Mapping[str, Any]) -> str:
    """A model beside the first."""
    told = []
    if gain := model["gain"]:
        low, high = (100 * each for each in gain["interval_95"])
        told.append(f"{100 * gain['difference']:+.1f} points (95 % interval {low:+.1f} to {high:+.1f})")
    for name, what in (("mce", "mCE"), ("relative_mce", "relative mCE")):
        told.append(f"{what} {100 * model[name]:.1f} %" if model[name] is not None else f"{what} not defined")
    return ", ".join(told)
