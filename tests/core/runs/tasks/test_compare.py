"""The task `compare`: interrupted it ends with the engine's numbers; what cannot be run is a sentence."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from core.attacks.deepfool import DeepFool
from core.attacks.pgd import PGD
from core.base import run_folder
from core.base.params import to_spec
from core.catalog import load_classifier
from core.compare.comparison import Side
from core.compare.curves import curves
from core.compare.image_batch import Plan, measure
from core.contracts.classifier import Classifier
from core.evaluation.strength_sweep import strengths
from core.explainers.grad_cam_pp import GradCAMPP
from core.runs import files
from core.runs.context import Context, Stopped
from core.runs.run import Run
from core.runs.status import Status, write_status
from core.runs.tasks import TASKS


def test_an_interrupted_run_ends_with_the_numbers_of_the_engine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (12, 28, 28), np.uint8)
    name = "mnist_cnn:standard"
    one = load_classifier(name)
    answers = one.probabilities(torch.from_numpy(pixels)[:, None].float() / 255).argmax(dim=1)
    truth = (answers + torch.arange(12) % 3 // 2) % 10  # every third is answered wrongly
    np.savez(tmp_path / "mnist.npz", test_images=pixels, test_labels=truth.numpy())
    monkeypatch.setenv("COUNTERPROOF_DATA", str(tmp_path))
    attack, explainer = PGD(eps=0.1, step=0.05, steps=2), GradCAMPP()
    asked = {"before": name, "after": name, "data": "mnist", "attack": to_spec(attack), "explainer": to_spec(explainer),
             "count": 6, "batch": 2, "seed": 3}  # fmt: skip
    run = Run(tmp_path / "run")
    run.folder.mkdir()
    files.write_json(run.folder / run_folder.SPEC, {"task": "compare", "arguments": asked})
    write_status(run.folder, Status())
    for stop in (
        True,
        True,
        False,
    ):  # each of the first two attempts is asked to stop in its first batch, and ends after
        context = Context(run.folder)
        context.recover()
        (run.folder / run_folder.STOP).unlink(missing_ok=True)
        if stop:
            plain = context.row

            def row(*given: Any, plain: Any = plain, **more: Any) -> None:
                plain(*given, **more)
                (run.folder / run_folder.STOP).write_text("{}")

            monkeypatch.setattr(context, "row", row)
            with pytest.raises(Stopped):
                TASKS["compare"](context, asked)
            assert context.saved == len(files.read_rows(run.folder / run_folder.METRICS)) - 1
            files.append(run.folder / run_folder.METRICS, json.dumps({"step": 9, "half": "done"}) + "\n")
        else:
            result = TASKS["compare"](context, asked)

    chosen = torch.randperm(12, generator=torch.Generator().manual_seed(3))[:6].sort().values
    images, labels = torch.from_numpy(pixels)[chosen][:, None].float() / 255, truth[chosen]
    plan = Plan(attack, strengths(attack), explainer, 3)
    models: dict[Side, Classifier] = {"before": one, "after": one}
    rows = [
        {"step": k, "images": chosen[2 * k : 2 * k + 2].tolist(),
         **measure(models, images[2 * k : 2 * k + 2], labels[2 * k : 2 * k + 2], 2 * k, plan)}
        for k in range(3)
    ]  # fmt: skip
    assert [row["images"] for row in run.metrics] == [row["images"] for row in rows]
    assert [row["before"]["right"] for row in run.metrics] == [row["before"]["right"] for row in rows]
    assert result["matched"] == sum(row["before"]["right"][0].count(1) for row in rows)
    assert 0 < result["matched"] < 6
    for place, expected in enumerate(curves(rows)["before"]["stability"]):
        assert result["before"]["stability"][place] == pytest.approx(expected, abs=1e-3)
    assert result["difference"]["accuracy"][0][0] == 0
    assert result["gained"] == result["lost"] == [[]] * len(plan.strengths)
    assert result["weights"] == [one.fingerprint] * 2


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"after": "mnist_cnn:none"}, "none"),
        ({"after": "cifar10_resnet20:standard"}, "different classes"),
        ({"weights": ["x", "y"]}, "have changed"),
        ({"attack": to_spec(DeepFool())}, "no strength to vary"),
        ({"count": 0}, "count to be a whole number from 1, got 0"),
        ({"nonsense": 1}, "nonsense"),
    ],
)
def test_what_cannot_be_run_fails_with_a_sentence(
    changes: dict[str, Any], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COUNTERPROOF_DATA", str(tmp_path))
    name = "mnist_cnn:standard"
    asked = {"before": name, "after": name, "data": "mnist", "attack": to_spec(PGD())} | changes
    (tmp_path / "spec.json").write_text(json.dumps({"task": "compare", "arguments": asked}))
    with pytest.raises((ValueError, OSError), match=said):
        TASKS["compare"](Context(tmp_path), asked)
