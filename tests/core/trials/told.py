"""A plan and outcomes of a trial, made up by hand."""

from collections.abc import Mapping
from typing import Any

from core.trials.cells import Cell
from core.trials.outcomes import Outcome, Outcomes
from core.trials.plan import Plan, plan_of

TOLD: Mapping[str, Any] = {
    "title": "A trial", "question": "Does it pay?", "expected": "No.", "base": "mnist_cnn:standard", "data": "mnist",
    "start": "scratch", "images": 100, "reserved": 8, "seeds": [0, 1, 2], "recipe": "lime",
    "schedule": {"epochs": 10, "batch": 16, "held_out": 20},
    "judging": {"attacks": [{"method": "pgd", "eps": 0.2, "step": 0.05, "steps": 3}]},
    "objective": {"method": "lime_guided", "eps": 0.2, "cells": 4, "samples": 9},
    "arms": {
        "lime": {"title": "regions by LIME"},
        "random": {"title": "random regions", "objective": {"mask_source": "random"}},
        "twin": {"title": "no regions", "objective": {"method": "fast_adversarial", "eps": 0.2}},
    },
}  # fmt: skip


def plan(**changes: Any) -> Plan:
    return plan_of("made_up", {**TOLD, **changes})


def outcome(cell: Cell, hits: str, evaluations: float = 1000.0, clean: str = "11111111") -> Outcome:
    """hits: "10..", an image each."""
    values = {"clean": [float(bit) for bit in clean], "attacked": [float(bit) for bit in hits]}
    course = [[1.0, 0.5, 0.2], [2.0, 0.8, 0.4], [3.0, 0.9, 0.3]]
    return Outcome(cell, evaluations, 1.0, 2, course, values, "20261130-120000-0123abcd", "abc")


def outcomes(of: Mapping[str, tuple[float, list[str]]], given: Plan | None = None) -> Outcomes:
    """of: arm -> (gradient evaluations, the hits under attack of each seed); all budgets alike."""
    given = given or plan()
    found = {}
    for arm, (cost, rows) in of.items():
        for seed, hits in zip(given.seeds, rows, strict=True):
            cell = Cell(arm, seed, given.schedule.epochs)
            found[cell] = outcome(cell, hits, cost)
    return Outcomes(given, "held_out", found)
