"""`counterproof explainers`: what it asks for, the table it prints, and what it refuses."""

import json
import os
from pathlib import Path

import numpy as np
import pytest
import torch

from core.catalog import load_classifier
from core.cli import follow as following
from core.cli.explainers import request_of, table
from core.cli.parser import main, parser
from core.explainer_league.standings import standings
from core.runs.store import Store
from core.runs.worker import work


def test_what_is_asked_for() -> None:
    words = ["explainers", "m:x", "--data", "mnist", "--count", "7", "--explainers", "lime, pgca", "--metrics", "road",
             "--set", "lime.samples=50", "--set", "road.noise=0", "--stability", "2/255", "--group", "3,4"]  # fmt: skip
    asked = request_of(parser().parse_args(words))
    assert asked["explainers"] == [{"method": "lime", "samples": 50}, {"method": "pgca"}]
    assert asked["metrics"] == [{"method": "road", "noise": 0.0}]
    assert asked["attack"]["eps"] == pytest.approx(2 / 255)
    assert asked["attack"]["step"] == pytest.approx(0.5 / 255)
    assert (asked["classifier"], asked["count"], asked["group"]) == ("m:x", 7, ["3", "4"])
    assert "explainers" not in request_of(parser().parse_args(["explainers", "m", "--data", "mnist"]))


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["mnist_cnn:standard"], "--data are needed"),
        (["m", "--data", "mnist", "--set", "lime.samples=50"], "--set names lime"),
        (["m", "--data", "mnist", "--metrics", "pointing_game"], "needs a mask of each image"),
        (["m", "--data", "mnist", "--explainers", "tea_leaves"], "got 'tea_leaves'"),
        (["m", "--data", "mnist", "--stability", "much"], "expected eps to be a number, got 'much'"),
        (["--run", "20260101-000000-00000000"], "there is no run"),
    ],
)
def test_what_it_refuses(words: list[str], said: str, home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explainers", *words]) == 2
    assert said in capsys.readouterr().err


def test_the_table_ranks_and_tells_the_verdicts() -> None:
    images = list(range(20))
    levels = {"random_map": 0.9, "edge_detector": 0.8, "lime": 0.2, "pgca": 0.2}
    rows = [
        {"images": images, "explainer": key,
         "values": {"deletion": [level + 0.01 * ((7 * i + place) % 5) for i in images]}}
        for place, (key, level) in enumerate(levels.items())
    ]  # fmt: skip
    lines = table(standings(rows)).splitlines()
    assert lines[0] == "Deletion (lower is better)"
    assert lines[1].split("  ")[0] == ""
    assert [line.split("  ")[0] for line in lines[2:6]] == ["LIME", "PGCA", "Edge detector", "Random map"]
    cells = [" ".join(line.split()) for line in lines]
    assert cells[2] == "LIME 0.22 0.2136 to 0.2264 20 better than better than cannot be told apart"
    assert cells[4].endswith("worse than") is False
    assert lines[1].index("mean") == lines[2].index("0.22")
    assert lines[-3:] == ["Metrics by which it is better than both floors", "LIME" + 25 * " " + "1 of 1",
                          "PGCA" + 25 * " " + "1 of 1"]  # fmt: skip


def test_a_league_from_the_shell(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (14, 28, 28), np.uint8)
    answers = load_classifier("mnist_cnn:standard").probabilities(torch.from_numpy(pixels)[:, None].float() / 255)
    np.savez(home / "mnist.npz", test_images=pixels, test_labels=answers.argmax(dim=1).numpy())
    monkeypatch.setenv("COUNTERPROOF_DATA", str(home))
    monkeypatch.setattr(following, "POLL", 0.01)
    store = Store(home / "runs", lambda folder, lock: work(folder, lock=os.dup(lock)))
    monkeypatch.setattr(Store, "usual", lambda: store)
    words = ["explainers", "mnist_cnn:standard", "--data", "mnist", "--count", "12", "--explainers", "grad_cam_pp",
             "--metrics", "deletion", "--set", "deletion.steps=4"]  # fmt: skip
    assert main([*words, "--out", str(home / "out.json")]) == 0
    said = capsys.readouterr().out
    assert "Completed. Measured on 12 images that the model gets right." in said
    assert "Better than both floors (random numbers and edges): Grad-CAM++ on" in said
    assert "Deletion (lower is better)" in said
    kept = json.loads((home / "out.json").read_text())
    assert len(kept["rows"]) == 3 * 12
    assert kept["asked"]["metrics"] == [{"method": "deletion", "steps": 4}]
    assert main(["explainers", "--run", kept["run"]]) == 0
    assert "Deletion (lower is better)" in capsys.readouterr().out
