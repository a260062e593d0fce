"""The task `masking`: interrupted it ends with the engine's findings; what cannot be run is a sentence."""

import json
from pathlib import Path
from typing import Any

import pytest
import torch

from core.base import run_folder
from core.catalog import load_classifier
from core.gradient_masking.checklist import CHECKS, carried_out, summary
from core.gradient_masking.subject import subject
from core.runs import files, task_words
from core.runs.context import Context, Stopped
from core.runs.tasks import TASKS
from core.runs.tasks import masking as masking_task
from tests.core.runs.tasks.measuring import begun, noise_digits

NAME = "teaching:quantised"
SHORT = ("zero_gradients", "unstable", "gradient_agreement", "unfinished")


@pytest.fixture
def digits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[torch.Tensor, torch.Tensor]:
    """Twelve pictures of noise as the test images of MNIST, every third answered wrong: (N, 1, 28, 28), (N,)."""
    images, truth = noise_digits(tmp_path, NAME)
    monkeypatch.setenv("COUNTERPROOF_DATA", str(tmp_path))
    monkeypatch.setattr(masking_task, "CHECKS", {key: CHECKS[key] for key in SHORT})
    return images, truth


def test_an_interrupted_run_ends_with_the_findings_of_the_engine(
    digits: tuple[torch.Tensor, torch.Tensor], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = {"classifier": NAME, "data": "mnist", "count": 8, "seed": 3}
    run = begun(tmp_path / "run", "masking", asked)
    made: list[str] = []

    def counted(key: str, examined: Any) -> Any:
        made.append(key)
        return carried_out(key, examined)

    monkeypatch.setattr(masking_task, "carried_out", counted)
    for stop in (True, True, False):  # each of the first two attempts is asked to stop in its first check
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
                TASKS["masking"](context, asked)
            files.append(run.folder / run_folder.METRICS, json.dumps({"step": 9, "half": "done"}) + "\n")
        else:
            result = TASKS["masking"](context, asked)
    assert made == list(SHORT), "none is made twice"

    images, truth = digits
    places = torch.randperm(12, generator=torch.Generator().manual_seed(3))[:8].sort().values
    examined = subject(load_classifier(NAME), images[places], truth[places], 51 / 255, seed=3)
    expected = summary([carried_out(key, examined).entry() for key in SHORT])
    assert 2 <= result["count"] == examined.count < 8
    assert json.loads(json.dumps(result["checks"])) == json.loads(json.dumps(expected["checks"]))
    assert result["verdicts"] == expected["verdicts"]
    assert (result["eps"], result["asked"]["eps"]) == (51 / 255, None)
    assert any("masked on purpose" in note for note in context.status.notes)
    said = task_words.found("masking", result)
    assert f"On {examined.count} images at strength 51/255" in said
    assert "signs of gradient masking (There is a gradient to follow" in said


def test_a_stop_is_heard_within_a_check(digits: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = {"classifier": NAME, "data": "mnist", "count": 8}
    run = begun(tmp_path / "run", "masking", asked)
    context = Context(run.folder)
    context.recover()
    heard: list[Any] = []
    monkeypatch.setattr(context, "on_stop", heard.append)

    def stopping(key: str, examined: Any) -> Any:
        heard[0]("now")
        return carried_out(key, examined)

    monkeypatch.setattr(masking_task, "carried_out", stopping)
    with pytest.raises(Stopped):
        TASKS["masking"](context, asked)
    assert run.metrics == []


def test_findings_on_other_weights_are_not_added_to(digits: object, tmp_path: Path) -> None:
    run = begun(tmp_path / "run", "masking", asked := {"classifier": NAME, "data": "mnist", "count": 8})
    (run.folder / run_folder.METRICS).write_text(json.dumps({"step": 0, "weights": ["others"]}) + "\n")
    with pytest.raises(ValueError, match="weights of a model have changed"):
        TASKS["masking"](Context(run.folder), asked)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"classifier": "teaching:none"}, "it has saturated, quantised, random_resizing"),
        ({"surrogate": "cifar10_resnet20:standard"}, "28 x 28 grey images"),
        ({"split": "all"}, "the train or the test split"),
        ({"count": 0}, "count to be a whole number from 1, got 0"),
        ({"eps": 0.5}, "up to 64/255, got 127.5/255"),
        ({"eps": "much"}, "expected the strength to be a number, got 'much'"),
        ({"seed": "x"}, "seed to be a whole number"),
        ({"nonsense": 1}, "nonsense"),
    ],
)
def test_what_cannot_be_run_fails_with_a_sentence(
    changes: dict[str, Any], said: str, digits: object, tmp_path: Path
) -> None:
    run = begun(tmp_path / "run", "masking", asked := {"classifier": NAME, "data": "mnist"} | changes)
    context = Context(run.folder)
    context.recover()
    with pytest.raises((ValueError, OSError), match=said):
        TASKS["masking"](context, asked)
