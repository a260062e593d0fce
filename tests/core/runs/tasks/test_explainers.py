"""The task `explainers`: interrupted it ends with the engine's numbers; what cannot be run is a sentence."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from core.attacks.fgsm import FGSM
from core.attacks.pgd import PGD
from core.base import run_folder
from core.base.params import to_spec
from core.catalog import load_classifier
from core.explainer_league.floors import FLOORS
from core.explainer_league.league import Plan, measure
from core.explainer_league.request import LeagueRequest
from core.explainer_league.standings import standings
from core.explainers.grad_cam_pp import GradCAMPP
from core.explainers.integrated_gradients import IntegratedGradients
from core.metrics.deletion import Deletion
from core.metrics.max_sensitivity import MaxSensitivity
from core.metrics.pointing_game import PointingGame
from core.runs import files
from core.runs.context import Context, Stopped
from core.runs.run import Run
from core.runs.status import Status, write_status
from core.runs.tasks import TASKS
from tests.core.metrics.doubles import planted

NAME = "mnist_cnn:standard"


def digits(folder: Path) -> tuple[torch.Tensor, torch.Tensor]:
    """Fourteen images of noise, of which every third has another label than the answer."""
    pixels = np.random.default_rng(0).integers(0, 256, (14, 28, 28), np.uint8)
    images = torch.from_numpy(pixels)[:, None]
    answers = load_classifier(NAME).probabilities(images.float() / 255).argmax(dim=1)
    truth = (answers + torch.arange(14) % 3 // 2) % 10
    np.savez(folder / "mnist.npz", test_images=pixels, test_labels=truth.numpy())
    return images, truth


def test_an_interrupted_run_ends_with_the_numbers_of_the_engine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    images, truth = digits(tmp_path)
    monkeypatch.setenv("COUNTERPROOF_DATA", str(tmp_path))
    made = (GradCAMPP(), IntegratedGradients(steps=4)), (Deletion(steps=4), MaxSensitivity(draws=1))
    asked = {"classifier": NAME, "data": "mnist", "explainers": [to_spec(each) for each in made[0]],
             "metrics": [to_spec(each) for each in made[1]], "attack": to_spec(PGD(eps=0.01, step=0.01, steps=1)),
             "count": 5, "batch": 2, "seed": 3}  # fmt: skip
    run = Run(tmp_path / "run")
    run.folder.mkdir()
    files.write_json(run.folder / run_folder.SPEC, {"task": "explainers", "arguments": asked})
    write_status(run.folder, Status())
    for stop_after in (0, 5, None):  # of the rows of an attempt; the third goes on to the end
        context = Context(run.folder)
        context.recover()
        (run.folder / run_folder.STOP).unlink(missing_ok=True)
        if stop_after is None:
            result = TASKS["explainers"](context, asked)
            break
        plain, count = context.row, iter(range(100))

        def row(*given: Any, plain: Any = plain, count: Any = count, after: int = stop_after, **more: Any) -> None:
            plain(*given, **more)
            if next(count) == after:
                (run.folder / run_folder.STOP).write_text("{}")

        monkeypatch.setattr(context, "row", row)
        with pytest.raises(Stopped):
            TASKS["explainers"](context, asked)
        assert context.saved == len(files.read_rows(run.folder / run_folder.METRICS)) - 1
        files.append(run.folder / run_folder.METRICS, json.dumps({"step": 99, "half": "done"}) + "\n")

    one = load_classifier(NAME)
    plan = Plan(*made, seed=3)
    chosen = [
        place for place in torch.randperm(14, generator=torch.Generator().manual_seed(3)).tolist() if place % 3 != 2
    ]
    chosen = sorted(chosen[:5])
    rows = [
        {"images": part, "explainer": each.key,
         **measure(one, images[part].float() / 255, truth[part], part, each, plan)}
        for part in (chosen[:2], chosen[2:4], chosen[4:])
        for each in plan.explainers
    ]  # fmt: skip
    kept = run.metrics
    assert [(row["images"], row["explainer"]) for row in kept[:12]] == [(r["images"], r["explainer"]) for r in rows]
    assert [row["values"] for row in kept[:12]] == [row["values"] for row in rows]
    assert [row["explainer"] for row in kept[12:]] == [*FLOORS, "grad_cam_pp", "integrated_gradients"]
    assert {row["step"] for row in kept[12:]} == {12}
    expected = standings(kept)
    assert {key: result[key] for key in expected} == expected
    assert result["count"] == 5
    columns = {column["metric"]: column for column in result["columns"]}
    assert list(columns) == ["deletion", "max_sensitivity", "stability", "stability_noise", "stability_seed"]
    assert columns["stability_seed"]["explainers"].keys() == {"random_map"}, "the only one that draws"
    assert columns["stability"]["explainers"]["edge_detector"]["mean"] > 0.9
    assert columns["stability"]["comparisons"]
    assert not columns["stability_noise"]["comparisons"]
    assert not columns["stability_seed"]["comparisons"]
    assert result["weights"] == one.fingerprint


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"classifier": "mnist_cnn:none"}, "none"),
        ({"weights": "x"}, "have changed"),
        ({"attack": to_spec(FGSM())}, "under PGD, not under FGSM"),
        ({"count": 0}, "count to be a whole number from 1, got 0"),
        ({"nonsense": 1}, "nonsense"),
        ({"metrics": [to_spec(PointingGame())]}, "Pointing game needs a mask of each image"),
        ({"metrics": [{"method": "beauty"}]}, "expected a method among"),
        ({"metrics": []}, "at least one metric"),
        ({"explainers": [{"method": "grad_cam_pp"}] * 2}, "each explainer once"),
        ({"group": ["cat"]}, "'cat' is not one of the 10 classes"),
    ],
)
def test_what_cannot_be_run_fails_with_a_sentence(
    changes: dict[str, Any], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    digits(tmp_path)
    monkeypatch.setenv("COUNTERPROOF_DATA", str(tmp_path))
    asked = {"classifier": NAME, "data": "mnist", "metrics": [to_spec(Deletion())]} | changes
    (tmp_path / "spec.json").write_text(json.dumps({"task": "explainers", "arguments": asked}))
    with pytest.raises((ValueError, OSError), match=said):
        TASKS["explainers"](Context(tmp_path), asked)


def test_an_explainer_that_cannot_explain_this_model_is_told_by_name() -> None:
    asked = LeagueRequest(NAME, "mnist", [{"method": "shap_deep", "background": "gallery"}])
    with pytest.raises(ValueError, match=r"SHAP \(DeepLIFT\) cannot be measured: The gallery has no sample images"):
        asked.plan(planted()[0])
