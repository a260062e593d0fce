"""The task `corruptions`: interrupted it ends with the engine's numbers; what cannot be run is a sentence."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from core.base import run_folder
from core.catalog import load_classifier
from core.data import published_corruptions as published
from core.data.by_name import load_data
from core.data.fit import joined
from core.evaluation import corruption_accuracy as accuracies
from core.evaluation.corruption_accuracy import Generated, corruption_accuracy, mean_corruption_accuracy, tidy
from core.evaluation.corruption_error import corruption_error
from core.runs import files
from core.runs.context import Context, Stopped
from core.runs.run import Run
from core.runs.status import Status, write_status
from core.runs.tasks import TASKS
from tests.core.corruptions.pictures import made

NAMES = ["mnist_cnn:standard", "mnist_cnn:pgd_adversarial"]
FEW = {key: accuracies.CORRUPTIONS[key] for key in ("fog", "pixelate")}


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """A run that waits, and a file of 12 digits of our own, the right answers of which are the first model's mostly."""
    pixels = made(12, 28, 1)
    answers = load_classifier(NAMES[0]).probabilities(pixels.float() / 255).argmax(dim=1)
    truth = (answers + torch.arange(12) % 4 // 3) % 10
    np.savez(tmp_path / "mnist.npz", test_images=pixels[:, 0].numpy(), test_labels=truth.numpy())
    monkeypatch.setenv("COUNTERPROOF_DATA", str(tmp_path))
    monkeypatch.setattr(accuracies, "CORRUPTIONS", FEW)
    made_run = Run(tmp_path / "run")
    made_run.folder.mkdir()
    return made_run


def begin(run: Run, asked: dict[str, Any]) -> Context:
    if not (run.folder / run_folder.SPEC).exists():
        files.write_json(run.folder / run_folder.SPEC, {"task": "corruptions", "arguments": asked})
        write_status(run.folder, Status())
    context = Context(run.folder)
    context.recover()
    return context


def test_an_interrupted_run_ends_with_the_numbers_of_the_engine(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = {"classifiers": NAMES, "data": "mnist", "count": 10, "batch": 4, "seed": 3}
    for stop_after in (1, 17, 0):  # the first two attempts are asked to stop, and end after the batch they are in
        context = begin(run, asked)
        (run.folder / run_folder.STOP).unlink(missing_ok=True)
        if stop_after:
            plain = context.row

            def row(step: int, *, plain: Any = plain, last: int = stop_after, **more: Any) -> None:
                plain(step, **more)
                if step >= last:
                    (run.folder / run_folder.STOP).write_text("{}")

            monkeypatch.setattr(context, "row", row)
            with pytest.raises(Stopped):
                TASKS["corruptions"](context, asked)
            assert context.saved == stop_after
            half = {"step": stop_after + 1, "classifier": NAMES[0], "corruption": "fog", "severity": 1, "right": "4:f"}
            files.append(run.folder / run_folder.METRICS, f"{half}\n".replace("'", '"'))
        else:
            result = TASKS["corruptions"](context, asked)

    assert [row["step"] for row in run.metrics] == [step for step in range(33) for _ in NAMES]
    found = []
    for name, told in zip(NAMES, result["models"], strict=True):
        model = load_classifier(name)
        data = joined(model, load_data("mnist", "test"))
        found.append(corruption_accuracy(model, data, Generated(data, 3), count=10))
        assert told["classifier"] == name
        assert told["cells"] == tidy(found[-1])
        assert told["mean"] == mean_corruption_accuracy(found[-1])
    assert 0 < result["models"][0]["mean"]["accuracy"] < 1
    assert result["count"] == 10
    assert result["models"][1]["mce"] == corruption_error(found[1], found[0])["mce"]
    assert result["models"][1]["against"] == NAMES[0]
    assert "mce" not in result["models"][0]


def test_published_files_are_read_instead(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Four pictures of every severity; the model is right on them exactly where their labels are its own answers."""
    name, place = "cifar10_resnet20:standard", tmp_path / "files"
    place.mkdir()
    monkeypatch.setattr(published, "CORRUPTIONS", FEW)
    drawn = torch.randint(0, 256, (20, 3, 2, 2), generator=torch.Generator().manual_seed(0))
    pictures = drawn.repeat_interleave(16, 2).repeat_interleave(16, 3).to(torch.uint8)
    answers = load_classifier(name).probabilities(pictures.float() / 255).argmax(dim=1)
    labels = answers[:4]
    for key in FEW:
        np.save(place / f"{key}.npy", pictures.permute(0, 2, 3, 1).numpy())
    np.save(place / "labels.npy", labels.repeat(5).numpy().astype(np.uint8))
    classes = np.array(load_classifier(name).labels)
    whole = {"classes": classes, "train_images": pictures.permute(0, 2, 3, 1).numpy(), "train_labels": answers.numpy()}
    np.savez(tmp_path / "four.npz", test_images=whole["train_images"][:4], test_labels=labels.numpy(), **whole)
    asked = {"classifiers": [name], "data": str(tmp_path / "four.npz"), "official": str(place), "count": 9}
    result = TASKS["corruptions"](begin(run, asked), asked)
    (told,) = result["models"]
    hits = [int((answers[4 * severity : 4 * severity + 4] == labels).sum()) for severity in range(5)]
    assert hits[0] == 4
    assert hits[1:] != [4] * 4
    assert [row["hits"] for row in told["cells"]] == [4, *hits, *hits]
    np.save(place / "labels.npy", (labels.repeat(5).numpy() + 1) % 10)
    with pytest.raises(ValueError, match="not those that files was made from"):
        TASKS["corruptions"](begin(run, asked), asked)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"classifiers": []}, "the names of one or more classifiers"),
        ({"classifiers": "mnist_cnn:standard"}, "the names of one or more classifiers"),
        ({"classifiers": [NAMES[0]] * 2}, "different classifiers"),
        ({"classifiers": ["nobody"]}, "no classifier named 'nobody'"),
        ({"classifiers": [NAMES[0], "cifar10_resnet20:standard"]}, "28 x 28 grey images; the model takes 32 x 32"),
        ({"count": 0}, "count to be a whole number from 1"),
        ({"seed": "x"}, "seed to be a whole number"),
        ({"speed": 3}, "corruptions: .*'speed'"),
    ],
)
def test_what_cannot_be_measured_is_a_sentence(run: Run, changes: dict[str, Any], said: str) -> None:
    asked = {"classifiers": NAMES[:1], "data": "mnist", "count": 4} | changes
    with pytest.raises(ValueError, match=said):
        TASKS["corruptions"](begin(run, asked), asked)
