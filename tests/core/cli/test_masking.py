"""`counterproof masking`: a run from arguments, followed, told as a list; what is refused."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from core.catalog import load_classifier
from core.cli import follow as following
from core.cli.parser import main
from core.gradient_masking.checklist import CHECKS
from core.gradient_masking.words import listing
from core.runs.context import Context
from core.runs.store import Store
from core.runs.tasks import masking as masking_task
from tests.core.runs.doubles import Forks

NAME = "teaching:saturated"


def lone(context: Context, arguments: Mapping[str, Any]) -> dict[str, Any]:
    torch.set_num_threads(1)  # a fork has lost the threads it had
    return masking_task.masking(context, arguments)


@pytest.fixture
def store(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    """Examinations in forks of this process."""
    forks = Forks({"masking": lone})
    made = Store(home / "runs", forks.launch)
    monkeypatch.setattr(Store, "usual", lambda: made)
    monkeypatch.setattr(following, "POLL", 0.01)
    yield made
    forks.reap()


@pytest.fixture
def digits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (90, 28, 28), np.uint8)
    truth = load_classifier(NAME).probabilities(torch.from_numpy(pixels)[:, None].float() / 255).argmax(dim=1)
    np.savez(tmp_path / "mnist.npz", test_images=pixels, test_labels=truth.numpy())
    monkeypatch.setenv("COUNTERPROOF_DATA", str(tmp_path))
    monkeypatch.setattr(masking_task, "CHECKS", {key: CHECKS[key] for key in ("zero_gradients", "randomness")})


@pytest.mark.usefixtures("digits")
def test_examines_tells_and_writes(store: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "masking.json"
    given = ["--data", "mnist", "--count", "80", "--eps", "16/255", "--surrogate", "mnist_cnn:standard"]
    assert main(["masking", NAME, *given, "--out", str(out)]) == 0
    said = capsys.readouterr().out
    (run,) = store.runs()
    assert run.spec["arguments"]["eps"] == 16 / 255
    assert run.spec["arguments"]["surrogate"] == "mnist_cnn:standard"
    assert "Completed. On 80 images at strength 16/255, 1 check passed, 1 failed and 0 cannot be told." in said
    lines = said.splitlines()
    assert "FAIL            There is a gradient to follow [I1]" in lines
    assert "pass            The same picture gets the same answer" in lines
    assert f"{'':16}At 80 of 80 images the gradient of the textbook loss is exactly zero, and at 0 even the" in said
    assert "(textbook 80/80 (95 to 100 %); careful 0/80 (0 to 5 %))" in said
    assert json.loads(out.read_text()) == run.read_result()
    assert main(["masking", NAME, *given, "--out", str(out)]) == 2
    assert "is there already; name another file" in capsys.readouterr().err
    assert len(store.runs()) == 1


def test_long_sentences_are_wrapped_under_their_verdict() -> None:
    row = {"verdict": "unknown", "title": "Some check", "indicator": "", "said": "word " * 60 + "end.", "values": {}}
    lines = listing({"checks": [row]}).splitlines()
    assert lines[0] == "cannot be told  Some check"
    assert all(line[:16].isspace() and line[16] in "we" and len(line) <= 118 for line in lines[1:])
    assert "".join(lines[1:]).count("word") == 60


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["nothing:at_all", "--data", "mnist"], "no classifier named 'nothing:at_all'"),
        ([NAME, "--data", "mnist", "--surrogate", "nobody"], "no classifier named 'nobody'"),
        ([NAME, "--data", "mnist", "--eps", "200/255"], "up to 64/255, got 200/255"),
        ([NAME, "--data", "mnist", "--eps", "much"], "expected the strength to be a number, got 'much'"),
        ([NAME, "--data", "mnist", "--count", "0"], "count to be a whole number from 1"),
        ([NAME, "--data", "nowhere"], "nowhere"),
        ([NAME, "--data", "mnist", "--device", "gpu"], "expected a device such as cpu"),
        ([NAME, "--data", "mnist", "--out", "/no/such/folder/x.json"], "there is no folder"),
    ],
)
def test_what_cannot_be_examined_is_one_sentence_and_no_run(
    words: list[str], said: str, store: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["masking", *words]) == 2
    shown = capsys.readouterr().err
    assert said in shown
    assert len(shown.splitlines()) == 1
    assert store.runs() == []
