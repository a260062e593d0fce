"""What the rows of a measurement under common corruptions come to: whole, and as far as they go."""

from collections.abc import Mapping, Sequence
from typing import Any

import torch

from core.contracts.corruption import SEVERITIES
from core.evaluation import corruption_accuracy as accuracies
from core.evaluation.corruption_accuracy import Cell, Outcomes
from core.evaluation.corruption_error import corruption_error, gain
from core.evaluation.outcomes import unpack

Rows = Sequence[Mapping[str, Any]]  # of the task `corruptions`: a batch of one cell, by one classifier


def summary(rows: Rows, names: Sequence[str]) -> dict[str, Any]:
    """The result of a whole run from its rows; of a model: tidy cells, their mean, what they are to the first's."""
    found = [outcomes_of(rows, name) for name in names]
    models = []
    for name, mine in zip(names, found, strict=True):
        told = {"classifier": name, "cells": accuracies.tidy(mine), **_means(mine, found[0], names[0])}
        models.append(told)
    return {"count": models[0]["mean"]["count"], "models": models}


def so_far(rows: Rows, names: Sequence[str]) -> dict[str, Any] | None:
    """What `summary` tells as far as the rows of an unfinished run go, and "whole": how many corruptions are whole.

    Means, gain and corruption errors are those over the corruptions of which every severity is through, and are left
    out while there is none; cells are told as far as they are. None before the images as they are are through.
    """
    found = [outcomes_of(rows, name) for name in names]
    if any(len(mine) < 2 for mine in found):
        return None
    count = len(found[0][accuracies.CLEAN])
    done = {cell for cell in found[0] if all(len(mine.get(cell, ())) == count for mine in found)}
    corruptions = dict.fromkeys(name for name, _ in found[0] if all((name, each) in done for each in SEVERITIES))
    whole = [{cell: mine[cell] for cell in accuracies.cells(tuple(corruptions))} for mine in found]
    models: list[dict[str, Any]] = []
    for name, mine, means_over in zip(names, found, whole, strict=True):
        models.append({"classifier": name, "cells": accuracies.tidy(mine)})
        if corruptions:
            models[-1] |= _means(means_over, whole[0], names[0])
    return {"count": count, "models": models, "whole": len(corruptions)}


def _means(mine: Outcomes, base: Outcomes, baseline: str) -> dict[str, Any]:
    """The mean of a classifier, and what it is to the baseline's unless it is the baseline."""
    told: dict[str, Any] = {"mean": accuracies.mean_corruption_accuracy(mine)}
    if mine is not base:
        told |= {"against": baseline, "gain": gain(mine, base), **corruption_error(mine, base)}
    return told


def outcomes_of(rows: Rows, name: str) -> Outcomes:
    """Which images the classifier `name` gets right in every cell, from the rows of a run."""
    found: dict[Cell, list[bool]] = {}
    for row in rows:
        if row["classifier"] == name:
            found.setdefault((row["corruption"], row["severity"]), []).extend(unpack(row["right"]))
    return {cell: torch.tensor(hits) for cell, hits in found.items()}
