"""A training on two processes gives the curve of one; numbers are rounded only where that is allowed."""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from core.base.cancellation import CancelScope
from core.base.params import to_spec
from core.base.paths import ROOT
from core.contracts.objective import Objective
from core.distributed import fabric as machines
from core.objectives.cross_entropy import CrossEntropy
from core.objectives.lime_soft_label import LimeSoftLabel
from core.training.step import TrainingStep
from tests.core.training.trainings import GUIDED, SCHEDULE, new


@pytest.mark.slow
@pytest.mark.parametrize(
    "spec",
    [{"method": "trades", "steps": 2}, {"method": "auxiliary_view", "steps": 2, "cells": 4, "samples": 9}],
    ids=lambda spec: spec["method"],
)
def test_when_checkpoints_fall_does_not_matter_to_an_attack_in_evaluation_mode(
    spec: dict[str, Any], tmp_path: Path
) -> None:
    """On two processes a checkpoint averages the statistics of batch normalisation, which these attack by."""
    found = []
    for every in ("2", "1000000"):
        path = tmp_path / f"{every}.json"
        asked = [str(path), "2", json.dumps(spec), every]
        command = [sys.executable, "-m", "tests.two_processes", *asked]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, done.stderr[-2000:]
        found.append([step["loss"] for step in json.loads(path.read_text())["steps"]])
    assert found[0] == pytest.approx(found[1], rel=1e-5)


SOFT = LimeSoftLabel(eps=0.1, steps=2, cells=4, samples=9, first=0, way="cutmix", mask_source="constant")


@pytest.mark.parametrize(
    "spec",
    [
        {"method": "pgd_adversarial", "steps": 2, "awp": 0.01},
        {"method": "pixel_reweighted", "steps": 2, "cells": 4, "samples": 9, "groups": 2, "mask_source": "shuffled"},
        pytest.param({"method": "trades", "steps": 2}, marks=pytest.mark.slow),
        pytest.param(to_spec(SOFT), marks=pytest.mark.slow),
        to_spec(replace(GUIDED, penalised=0.1)),  # in some steps only one of the processes draws a row to penalise
    ],
    ids=lambda spec: spec["method"],
)
def test_two_processes_give_the_curve_of_one(spec: dict[str, Any], tmp_path: Path) -> None:
    curves = []
    for processes in (1, 2):
        path = tmp_path / f"{processes}.json"
        command = [sys.executable, "-m", "tests.two_processes", str(path), str(processes), json.dumps(spec)]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, done.stderr[-2000:]
        curves.append(json.loads(path.read_text()))
    assert [curve["world"] for curve in curves] == [1, 2]
    losses = [step["loss"] for step in curves[0]["steps"]]
    assert sum(losses[-4:]) < 0.7 * sum(losses[:4])  # there was something to learn
    for one, two in zip(curves[0]["steps"], curves[1]["steps"], strict=True):
        assert two["loss"] == pytest.approx(one["loss"], rel=1e-4)
        assert two["parts"] == pytest.approx(one["parts"], rel=1e-3, abs=1e-6)
        filled = 0.25 if spec["method"] == "lime_guided" else 1e-6  # each process fills up its own penalised rows
        assert two["evaluations"] == pytest.approx(one["evaluations"], rel=filled)
        assert two["held"] == pytest.approx(one["held"], abs=1 / 64)


def test_half_precision_where_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machines, "bf16_is_fast", lambda _: True)  # whatever this processor is the faster for
    kinds: set[torch.dtype] = set()

    def run(objective: Objective) -> list[TrainingStep]:
        with CancelScope(watcher=lambda _, logits: kinds.add(logits.dtype)):
            return list(new(objective, replace(SCHEDULE, bf16=True, epochs=1, held_out=0)))

    rough = run(CrossEntropy())
    assert kinds == {torch.bfloat16}
    kinds.clear()

    class Exact(CrossEntropy):
        precise = True

    exact = run(Exact())
    assert kinds == {torch.float32}
    assert rough[0].loss == pytest.approx(exact[0].loss, rel=0.02)
    assert rough[0].loss != exact[0].loss
