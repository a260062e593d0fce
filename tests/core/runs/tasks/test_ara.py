"""The task `ara`: interrupted it ends with the engine's numbers; what cannot be run is a sentence."""

import json
from pathlib import Path
from typing import Any

import pytest
import torch

from core.base import run_folder
from core.catalog import load_classifier
from core.contracts import rms_walk
from core.contracts.batch import stream
from core.contracts.rms_walk import rms
from core.minimal_distance import image_batch
from core.minimal_distance.area import chosen
from core.minimal_distance.image_batch import measure, summary
from core.runs import files
from core.runs.context import Context, Stopped
from core.runs.tasks import TASKS
from tests.core.runs.tasks.measuring import begun, noise_digits

NAME = "mnist_cnn:standard"


@pytest.fixture
def digits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[torch.Tensor, torch.Tensor]:
    """Twelve pictures of noise as the test images of MNIST, every third answered wrong: (N, 1, 28, 28), (N,)."""
    images, truth = noise_digits(tmp_path, NAME)
    monkeypatch.setenv("COUNTERPROOF_DATA", str(tmp_path))
    monkeypatch.setattr(image_batch, "BOXED", ("linf",))  # what there is of L2 takes long
    return images, truth


def test_an_interrupted_run_ends_with_the_numbers_of_the_engine(
    digits: tuple[torch.Tensor, torch.Tensor], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = {"classifier": NAME, "data": "mnist", "count": 5, "batch": 2, "steps": 12}
    run = begun(tmp_path / "run", "ara", asked)
    for stop in (True, True, False):  # each of the first two attempts is asked to stop in its first batch
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
                TASKS["ara"](context, asked)
            assert context.saved == len(files.read_rows(run.folder / run_folder.METRICS)) - 1
            files.append(run.folder / run_folder.METRICS, json.dumps({"step": 9, "half": "done"}) + "\n")
        else:
            result = TASKS["ara"](context, asked)

    images, truth = digits
    one, places = load_classifier(NAME), chosen(12, 5)
    rows = []
    for step in range(3):
        part = places[2 * step : 2 * step + 2]
        seed = stream(1776, "distances", step) % 2**32
        rows.append(measure(one, images[part], truth[part], steps=12, seed=seed))
    assert [row["images"] for row in run.metrics] == [part.tolist() for part in torch.split(places, 2)]
    for mine, expected in zip(run.metrics, rows, strict=True):
        assert mine["right"] == expected["right"]
        for name in ("attack", "btr", "linf"):
            assert mine[name]["distance"] == pytest.approx(expected[name]["distance"], rel=1e-4)
        assert "l2" not in mine
    expected = summary(rows, 10)
    assert result["attack"]["ara"] == pytest.approx(expected["attack"]["ara"], rel=1e-3)
    assert result["linf"]["median"] == pytest.approx(expected["linf"]["median"], rel=1e-3)
    assert (result["hits"], result["count"]) == (sum(sum(row["right"]) for row in rows), 5)
    assert 0 < result["hits"] < 5
    assert result["asked"]["steps"] == 12
    assert result["weights"] == one.fingerprint


def test_a_stop_is_heard_within_a_batch_and_what_was_late_is_told(
    digits: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = {"classifier": NAME, "data": "mnist", "count": 3, "batch": 3, "steps": 1, "norms": ["rms"]}
    run = begun(tmp_path / "run", "ara", asked)
    context = Context(run.folder)
    context.recover()
    heard: list[Any] = []
    monkeypatch.setattr(context, "on_stop", heard.append)

    def stop(change: torch.Tensor) -> torch.Tensor:
        heard[0]("now")
        return rms(change)

    with monkeypatch.context() as patch:
        patch.setattr(rms_walk, "rms", stop)
        with pytest.raises(Stopped):
            TASKS["ara"](context, asked)
    assert run.metrics == []
    result = TASKS["ara"](context, asked)
    assert result["attack"]["late"] > 0
    assert "attack) succeeded first after half its steps" in " ".join(context.status.notes)
    assert "linf" not in result


def test_rows_of_other_weights_are_not_added_to(digits: object, tmp_path: Path) -> None:
    asked = {"classifier": NAME, "data": "mnist", "count": 2, "batch": 1}
    run = begun(tmp_path / "run", "ara", asked)
    (run.folder / run_folder.METRICS).write_text(json.dumps({"step": 0, "weights": "others"}) + "\n")
    with pytest.raises(ValueError, match="weights of the model have changed"):
        TASKS["ara"](Context(run.folder), asked)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"classifier": "mnist_cnn:none"}, "none"),
        ({"split": "all"}, "the train or the test split"),
        ({"count": 0}, "count to be a whole number from 1, got 0"),
        ({"steps": 0}, "steps to be a whole number from 1, got 0"),
        ({"norms": ["l1"]}, "norms among rms, l2, linf"),
        ({"norms": []}, "norms among rms, l2, linf"),
        ({"nonsense": 1}, "nonsense"),
    ],
)
def test_what_cannot_be_run_fails_with_a_sentence(changes: dict[str, Any], said: str, tmp_path: Path) -> None:
    asked = {"classifier": NAME, "data": "mnist"} | changes
    (tmp_path / "spec.json").write_text(json.dumps({"task": "ara", "arguments": asked}))
    with pytest.raises((ValueError, OSError), match=said):
        TASKS["ara"](Context(tmp_path), asked)
