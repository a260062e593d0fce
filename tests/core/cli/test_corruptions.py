"""`counterproof corruptions`: a run, a table for each model, and what was found as JSON."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from core.cli import follow as following
from core.cli.parser import main
from core.runs.store import Store
from core.runs.tasks import TASKS
from tests.core.corruptions.pictures import made
from tests.core.runs.doubles import Forks

MODELS = ["mnist_cnn:standard", "mnist_cnn:pgd_adversarial"]


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Eight made pictures, and a store whose workers are forks of this process."""
    torch.set_num_threads(1)  # a fork has no threads of its parent's
    monkeypatch.setenv("COUNTERPROOF_HOME", str(tmp_path))
    forks = Forks(TASKS)
    store = Store(tmp_path / "runs", forks.launch)
    monkeypatch.setattr(Store, "usual", lambda: store)
    monkeypatch.setattr(following, "POLL", 0.01)
    labels = np.arange(8)
    classes = np.array([str(number) for number in range(10)])
    path = tmp_path / "eight.npz"
    pixels = made(8, 28, 1)[:, 0].numpy()
    np.savez(path, train_images=pixels, train_labels=labels, test_images=pixels, test_labels=labels, classes=classes)
    return str(path)


def test_two_models_side_by_side(data: str, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    out = tmp_path / "found.json"
    assert main(["corruptions", *MODELS, "--data", data, "--count", "6", "--out", str(out)]) == 0
    said = capsys.readouterr().out
    assert said.count("mean corruption accuracy: ") == 2
    assert said.count("\nglass_blur ") == 2
    assert "\nagainst mnist_cnn:standard: " in said
    found = json.loads(out.read_text())
    assert [each["classifier"] for each in found["models"]] == MODELS
    assert [len(each["cells"]) for each in found["models"]] == [76, 76]
    assert found["count"] == 6


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["nobody"], "there is no classifier named 'nobody'"),
        ([MODELS[0], MODELS[0]], "different classifiers"),
        ([MODELS[0], "--count", "0"], "count to be a whole number from 1"),
        ([MODELS[0], "--out", "/nowhere/found.json"], "there is no folder /nowhere"),
        ([MODELS[0], "--out", "."], "is a folder; name a file"),
        ([MODELS[0], "--official", "CIFAR-10-C"], "CIFAR-10-C is not on this machine. Unpack https://zenodo.org/"),
        ([MODELS[0], "--official", "/nowhere"], "there is no folder '/nowhere'"),
        ([MODELS[0], "--fetch"], "only CIFAR-10-C and CIFAR-100-C can be fetched"),
        ([MODELS[0], "--device", "tpu"], "expected a device such as cpu"),
    ],
)
def test_what_cannot_be_asked_for(words: list[str], said: str, data: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["corruptions", *words, "--data", data]) == 2
    assert said in capsys.readouterr().err
