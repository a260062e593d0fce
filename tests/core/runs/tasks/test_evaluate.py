"""The task `evaluate`: stopped or killed it goes on, repeats nothing, and ends with the numbers of one pass."""

import json
import os
import signal
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from core.attacks.fgsm import FGSM
from core.attacks.pgd import PGD
from core.attacks.pgd_l2 import PGDL2
from core.base import run_folder
from core.base.params import to_spec
from core.catalog import load_classifier
from core.robustness.sweep import sweep
from core.runs import files
from core.runs.context import Context, Stopped
from core.runs.store import Store
from core.runs.tasks import TASKS
from tests.core.runs.tasks.measuring import begun

MODELS = ["mnist_cnn:standard", "mnist_cnn:pgd_adversarial"]
ATTACKS = [FGSM(), PGD(steps=2), PGDL2(steps=2)]
LINF, L2 = [0.05, 0.15, 0.25], [0.5, 2.0]


@pytest.fixture(scope="module")
def digits(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twelve pictures of noise with the answers of the first model, every fourth another one."""
    folder = tmp_path_factory.mktemp("digits")
    pixels = np.random.default_rng(0).integers(0, 256, (12, 28, 28), np.uint8)
    answers = load_classifier(MODELS[0]).probabilities(torch.from_numpy(pixels)[:, None].float() / 255).argmax(dim=1)
    labels = (answers + (torch.arange(12) % 4 == 3)) % 10
    np.savez(folder / "x.npz", test_images=pixels, test_labels=labels.numpy(), classes=np.arange(10).astype(str))
    return folder / "x.npz"


def asked(digits: Path, **more: Any) -> dict[str, Any]:
    return {"classifiers": MODELS, "data": str(digits), "attacks": list(map(to_spec, ATTACKS)), "strengths": LINF,
            "strengths_l2": L2, "batch": 5, "count": 12} | more  # fmt: skip


def plain(result: Any) -> Any:
    """Without what the clock says."""
    told = json.loads(json.dumps(result))
    for model in told["models"]:
        for attack in model["attacks"]:
            attack.pop("seconds")
    return told


@pytest.mark.parametrize("only_standing", [False, True])
def test_stopped_at_every_step_it_ends_with_the_same_numbers(
    digits: Path, tmp_path: Path, only_standing: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    arguments = asked(digits, only_standing=only_standing)
    whole = TASKS["evaluate"](Context(begun(tmp_path / "whole", "evaluate", arguments).folder), arguments)
    run, result, steps = begun(tmp_path / "parts", "evaluate", arguments), None, []
    while result is None:
        context = Context(run.folder)
        context.recover()
        (run.folder / run_folder.STOP).unlink(missing_ok=True)
        row = context.row

        def stopping(step: int, row: Any = row, **found: Any) -> None:
            row(step, **found)
            steps.append(step)
            if step % 5 == 1:
                (run.folder / run_folder.STOP).write_text("{}")

        monkeypatch.setattr(context, "row", stopping)
        try:
            result = TASKS["evaluate"](context, arguments)
        except Stopped:
            files.append(run.folder / run_folder.METRICS, '{"step": 999, "half": ')
    assert steps == list(range(3 * 2 * 4)), "three batches, two models, as they are and under three attacks"
    assert plain(result) == plain(whole)
    if only_standing:
        assert sum(each["made"] for each in result["models"][0]["attacks"]) < 9 * 8


def test_the_numbers_are_those_of_the_engine(digits: Path, tmp_path: Path) -> None:
    arguments = asked(digits, batch=12)
    result = TASKS["evaluate"](Context(begun(tmp_path / "run", "evaluate", arguments).folder), arguments)
    raw = np.load(digits)
    images, labels = torch.from_numpy(raw["test_images"])[:, None].float() / 255, torch.from_numpy(raw["test_labels"])
    for name, told in zip(MODELS, result["models"], strict=True):
        model = load_classifier(name)
        worst = torch.full((12,), 99)
        for attack, entry in zip(ATTACKS, told["attacks"], strict=True):
            strengths = L2 if attack.norm == 2 else LINF
            swept = sweep(model, images, labels, attack, strengths)
            right = [int((swept.fell > place).sum()) for place in range(len(strengths))]
            assert [round(12 * each[0]) for each in entry["accuracy"]] == right
            assert entry["misclassified"] == [told["correct"] - each for each in right]
            worst = torch.minimum(worst, swept.fell) if attack.norm != 2 else worst
        shares = [each[0] for each in told["worst"]["inf"]["accuracy"]]
        assert shares == [float((worst > place).sum()) / 12 for place in range(3)]
        for place, falls in enumerate(told["worst"]["inf"]["waterfall"]):
            assert (
                told["correct"] - sum(each["took"] for each in falls) == falls[-1]["left"] == round(12 * shares[place])
            )
    assert result["models"][0]["correct"] == 9
    assert [each["first"] for each in result["differences"]] == [0]


@pytest.mark.parametrize("rows", [1, 30])
def test_a_killed_evaluation_goes_on(digits: Path, tmp_path: Path, rows: int) -> None:
    arguments = asked(digits, batch=1)
    store = Store(tmp_path / "runs")
    run = store.submit("evaluate", arguments)
    while len(run.metrics) < rows:
        time.sleep(0.002)
    os.kill(run.status.pid, signal.SIGKILL)
    while run.status.alive:
        time.sleep(0.02)
    seen = run.metrics
    run.resume()
    while run.status.alive:
        time.sleep(0.05)
    assert run.status.state == "completed", run.status.said
    assert [row["step"] for row in run.metrics] == list(range(12 * 2 * 4))
    kept = seen[:-1]
    assert [row for row in run.metrics if row["step"] <= kept[-1]["step"]] == kept if kept else True
    whole = TASKS["evaluate"](Context(begun(tmp_path / "whole", "evaluate", arguments).folder), arguments)
    assert plain(run.result()) == plain(whole)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"classifiers": []}, "expected 1 to 12 different models"), ({"attacks": ["x"]}, "attacks in their JSON form"),
        ({"strengths": [0.2, 0.1]}, "rising numbers"), ({"strengths": []}, "needs strengths of its own kind"),
        ({"strengths": [0.6]}, "goes up to a strength of 0.251"), ({"classifiers": "a"}, "to be a list"),
        ({"weights": ["x", "y"]}, "have changed since"), ({"split": "x"}, "the train or the test split"),
        ({"attacks": [{"method": "one_pixel"}]}, "in no norm"), ({"more": 1}, "unknown argument more"),
        ({"classifiers": ["mnist_cnn:standard", "cifar10_resnet20:standard"]}, "cifar10_resnet20:standard: this data"),
    ],
)  # fmt: skip
def test_what_cannot_be_evaluated_is_a_sentence(digits: Path, tmp_path: Path, wrong: Any, said: str) -> None:
    arguments = asked(digits) | wrong
    with pytest.raises(ValueError, match=said):
        TASKS["evaluate"](Context(begun(tmp_path / "run", "evaluate", arguments).folder), arguments)
