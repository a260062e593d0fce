"""The task `trial`: interrupted it ends with the numbers of one that was not; what cannot be run is a sentence."""

import json
from pathlib import Path
from typing import Any

import pytest

from core.base import run_folder
from core.catalog import load_classifier
from core.runs import files
from core.runs.context import Context, Stopped
from core.runs.tasks import TASKS
from tests.core.runs.tasks.measuring import begun, noise_digits

NAME = "mnist_cnn:standard"
ASKED: dict[str, Any] = {
    "classifier": NAME, "data": "mnist", "split": "test", "reserved": 1,
    "judging": {"attacks": [{"method": "fgsm", "eps": 0.1}], "batch": 5, "also": ["mnist"]},
}  # fmt: skip


def test_an_interrupted_judgement_ends_with_the_numbers_of_one_that_was_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    images, truth = noise_digits(tmp_path, NAME)
    monkeypatch.setenv("COUNTERPROOF_DATA", str(tmp_path))
    run = begun(tmp_path / "run", "trial", ASKED)
    for stop in (True, True, False):
        context = Context(run.folder)
        context.recover()
        (run.folder / run_folder.STOP).unlink(missing_ok=True)
        plain = context.row

        def row(*given: Any, plain: Any = plain, stop: bool = stop, **more: Any) -> None:
            plain(*given, **more)
            if stop:
                (run.folder / run_folder.STOP).write_text("{}")

        monkeypatch.setattr(context, "row", row)
        if stop:
            with pytest.raises(Stopped):
                TASKS["trial"](context, ASKED)
            files.append(run.folder / run_folder.METRICS, json.dumps({"step": 9, "half": "done"}) + "\n")
        else:
            result = TASKS["trial"](context, ASKED)
    model = load_classifier(NAME)
    expected = (model.probabilities(images).argmax(dim=1) == truth).double().tolist()
    assert result["values"]["clean"] == result["values"]["on:mnist"] == expected
    assert len(result["values"]["attacked"]) == 12
    assert 0 < sum(expected) < 12


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"split": "all"}, "expected a split from held_out, test"),
        ({"judging": {}}, "expected at least one attack"),
        ({"depth": 3}, "trial: .*depth"),
    ],
)
def test_what_cannot_be_judged_is_a_sentence(tmp_path: Path, changes: dict[str, Any], said: str) -> None:
    run = begun(tmp_path / "run", "trial", ASKED | changes)
    with pytest.raises(ValueError, match=said):
        TASKS["trial"](Context(run.folder), ASKED | changes)
