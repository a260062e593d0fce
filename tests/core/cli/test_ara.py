"""`counterproof ara`: a run from arguments, followed, told beside what was published; what is refused."""

import argparse
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from core.catalog import load_classifier
from core.cli import follow as following
from core.cli.ara import report
from core.cli.parser import main, parser
from core.minimal_distance.image_batch import summary
from core.minimal_distance.published import woods_2019
from core.runs.context import Context
from core.runs.store import Store
from core.runs.tasks.ara import ara
from tests.core.runs.doubles import Forks

NAME = "mnist_cnn:standard"


def lone(context: Context, arguments: Mapping[str, Any]) -> dict[str, Any]:
    torch.set_num_threads(1)  # a fork has lost the threads it had
    return ara(context, arguments)


@pytest.fixture
def store(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    """Measurements in forks of this process."""
    forks = Forks({"ara": lone})
    made = Store(home / "runs", forks.launch)
    monkeypatch.setattr(Store, "usual", lambda: made)
    monkeypatch.setattr(following, "POLL", 0.01)
    yield made
    forks.reap()


@pytest.fixture
def digits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (6, 28, 28), np.uint8)
    truth = load_classifier(NAME).probabilities(torch.from_numpy(pixels)[:, None].float() / 255).argmax(dim=1)
    np.savez(tmp_path / "mnist.npz", test_images=pixels, test_labels=truth.numpy())
    monkeypatch.setenv("COUNTERPROOF_DATA", str(tmp_path))


@pytest.mark.usefixtures("digits")
def test_measures_tells_and_writes(store: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "ara.json"
    given = ["--data", "mnist", "--count", "4", "--batch", "2", "--steps", "30", "--norms", "rms,linf"]
    assert main(["ara", NAME, *given, "--out", str(out)]) == 0
    said = capsys.readouterr().out
    (run,) = store.runs()
    assert run.spec["arguments"]["norms"] == ["rms", "linf"]
    assert "Completed. Of 4 images, " in said
    assert "Right as they are: 100.0% of 4 images (95 % interval 51.0% to 100.0%)" in said
    result = json.loads(out.read_text())
    assert result["measured"] == run.read_result()
    assert result["published"]["rows"][0]["attack_ara"] == 0.0013
    low, high = result["measured"]["btr"]["interval_95"]
    assert (
        f"Better than random ARA   {result['measured']['btr']['ara']:.4f} (95 % interval {low:.4f} to {high:.4f})"
        in said
    )
    assert "Median smallest change   RMS 0.0" in said
    assert "L-infinity" in said
    assert "L2 " not in said
    assert "Published" not in said, "those numbers are of other data"
    assert main(["ara", NAME, *given, "--out", str(out)]) == 2
    assert "is there already; name another file" in capsys.readouterr().err
    assert len(store.runs()) == 1


def test_the_report_on_cifar10_has_the_published_rows_and_their_caveats() -> None:
    rows = [{"right": [True, False, True, True], "attack": {"distance": [0.2, 0.0, 0.1, None], "late": 0},
             "linf": {"distance": [None, 0.0, None, None]}}]  # fmt: skip
    told = report(summary(rows, 10) | {"asked": {"data": "cifar10"}}, woods_2019())
    assert "Median smallest change   RMS 0.1, L-infinity beyond what was found" in told
    assert "On 1 images no wrong answer was found (RMS)" in told
    assert "On 3 images no wrong answer was found (L-infinity)" in told
    assert "  resnet44-all.pt           0.6790   0.0188   0.0414  both, minimal-norm attacks" in told
    assert "  this model, measured      0.7500   0.1049 " in told
    assert "same training loss, 1.4799" in told


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["nothing:at_all"], "no classifier named 'nothing:at_all'"),
        ([NAME, "--norms", "l7"], "norms among rms, l2, linf"),
        ([NAME, "--count", "0"], "count to be a whole number from 1"),
        ([NAME, "--data", "nowhere"], "nowhere"),
        ([NAME, "--device", "gpu"], "expected a device such as cpu"),
        ([NAME, "--out", "/no/such/folder/x.json"], "there is no folder"),
    ],
)
def test_what_cannot_be_measured_is_one_sentence_and_no_run(
    words: list[str], said: str, store: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["ara", *words]) == 2
    shown = capsys.readouterr().err
    assert said in shown
    assert len(shown.splitlines()) == 1
    assert store.runs() == []


def test_the_usual_values_are_the_published_ones() -> None:
    given: argparse.Namespace = parser().parse_args(["ara", NAME])
    table = woods_2019()
    assert (given.data, given.split, given.count, given.seed, given.steps) == (
        table.data, table.split, table.count, table.seed, table.steps
    )  # fmt: skip
