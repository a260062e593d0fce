"""`counterproof trial`: what is missing is trained, what is there found again; what cannot be is a sentence."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from core.audit.code_version import code_version
from core.base.params import from_spec
from core.catalog import ATTACKS, load_classifier
from core.cli import trial_runs
from core.cli.parser import main
from core.data.by_name import load_data
from core.data.fit import joined
from core.data.subset import set_aside
from core.evaluation.accuracy import right
from core.images.samples import sample_images
from core.runs.context import Context
from core.runs.store import Store
from core.runs.tasks import TASKS
from core.trials.outcomes import Outcomes
from tests.core.runs.doubles import Forks

PLAN = """
title = "Small"
question = "Does it pay?"
expected = "No."
base = "mnist_cnn:standard"
data = "mnist"
start = "base"
images = 64
reserved = 12
seeds = [0]
recipe = "lime"
schedule = { epochs = 1, batch = 16, held_out = 16, crop = 0, flip = false }
judging = { attacks = [{ method = "fgsm", eps = 0.1 }], batch = 5 }

[objective]
method = "lime_guided"
eps = 0.1
cells = 4
samples = 9
first = 0
sensitivity = 1.0

[arms.lime]
[arms.twin]
objective = { mask_source = "none" }
"""


def lone(task: str) -> Callable[[Context, Mapping[str, Any]], Mapping[str, Any]]:
    def work(context: Context, arguments: Mapping[str, Any]) -> Mapping[str, Any]:
        torch.set_num_threads(1)  # a fork has lost the threads it had
        return TASKS[task](context, arguments)

    return work


@pytest.fixture
def store(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    """Runs in forks of this process."""
    forks = Forks({task: lone(task) for task in ("refine", "trial")})
    made = Store(home / "runs", forks.launch)
    monkeypatch.setattr(Store, "usual", lambda: made)
    monkeypatch.setattr(trial_runs, "POLL", 0.05)
    yield made
    forks.reap()


@pytest.fixture
def plan(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The plan, and digits of the gallery with noise as MNIST."""
    model = load_classifier("mnist_cnn:standard")
    images = sample_images(model, 40).repeat(4, 1, 1, 1)
    images = (images + 0.1 * torch.rand(images.shape, generator=torch.Generator().manual_seed(0))).clamp(0, 1)
    pixels, labels = (255 * images).round().to(torch.uint8), model.probabilities(images).argmax(dim=1)
    np.savez(tmp_path / "mnist.npz", train_images=pixels[:, 0].numpy(), train_labels=labels.numpy(),
             test_images=pixels[:9, 0].numpy(), test_labels=labels[:9].numpy())  # fmt: skip
    monkeypatch.setenv("COUNTERPROOF_DATA", str(tmp_path))
    (tmp_path / "small.toml").write_text(PLAN)
    return tmp_path / "small.toml"


def test_a_trial_from_its_plan_to_its_page(
    store: Store, plan: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    assert main(["trial", str(plan), "--test", "--out", str(out)]) == 2
    assert "test images are judged last" in capsys.readouterr().err
    assert main(["trial", str(plan), "--epochs-only", "--out", str(out)]) == 0
    assert "With 1 of at least 3 seeds nothing is shown" in capsys.readouterr().out
    assert len(store.runs()) == 4  # two trainings, each judged
    assert main(["trial", str(plan), "--test", "--out", str(out)]) == 2, "of both budgets, first"
    assert "test images are judged last" in capsys.readouterr().err
    assert main(["trial", str(plan), "--out", str(out)]) == 0
    page = capsys.readouterr().out
    assert page.count("| twin |") == 6  # two budgets: arms, gaps, at equal robustness
    told = Outcomes.load(out / "held_out.json")
    assert sorted({cell.epochs for cell in told.found if cell.arm == "twin"}) != [1], "masks cost what it may spend"
    made = len(store.runs())
    assert made == 2 * len(told.found)
    assert main(["trial", str(plan), "--out", str(tmp_path / "other")]) == 0  # all is found again
    assert len(store.runs()) == made
    pages = [(folder / "held_out.md").read_text().replace(str(folder), "") for folder in (out, tmp_path / "other")]
    assert pages[0] == pages[1]
    assert f"counterproof trial {plan} --out {out}" in (out / "held_out.md").read_text()
    assert {each.code for each in told.found.values()} == {code_version()["sha256"]}
    assert main(["trial", str(plan), "--seeds", "1", "--out", str(out)]) == 2, "a part has a folder of its own"
    assert "or of other arms or seeds of it" in capsys.readouterr().err

    cell = next(cell for cell in told.found if cell.arm == "lime")
    model = load_classifier(f"run:{told.found[cell].run}")
    judged = set_aside(joined(model, load_data("mnist", "train", size=model.size)), 12)[1]
    attack = from_spec({"method": "fgsm", "eps": 0.1}, ATTACKS)
    assert told.found[cell].values["clean"] == right(model, judged).double().tolist()
    assert told.found[cell].values["attacked"] == right(model, judged, attack, batch=5).double().tolist()  # type: ignore[arg-type]

    assert main(["trial", str(plan), "--test", "--out", str(out)]) == 0
    assert {len(each.values["clean"]) for each in Outcomes.load(out / "test.json").found.values()} == {9}
    assert len(store.runs()) == made + len(told.found)  # nothing was trained again
    for changed in (("samples = 9", "samples = 17"), ('expected = "No."', 'expected = "Yes."')):
        plan.write_text(PLAN.replace(*changed))
        assert main(["trial", str(plan), "--out", str(out)]) == 2
        assert "is of another plan of this name" in capsys.readouterr().err
    plan.write_text(PLAN)
    (out / "test.json").unlink()
    store.run(told.found[cell].run).delete()
    assert main(["trial", str(plan), "--test", "--out", str(out)]) == 2, "nothing is trained for it"
    assert "there is no run" in capsys.readouterr().err


def test_what_cannot_be_trained_is_said_and_the_others_are_made(
    store: Store, plan: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plan.write_text(PLAN.replace("[arms.twin]", '[arms.twin]\nlayers = [{ method = "auxiliary_batch_norm" }]'))
    assert main(["trial", str(plan), "--epochs-only", "--out", str(tmp_path / "out")]) == 2
    said = capsys.readouterr()
    assert "lime, seed 0, 1 epochs: clean" in said.out
    assert "1 of the trainings could not be made: twin, seed 0, 1 epochs" in said.err
    assert [cell.arm for cell in Outcomes.load(tmp_path / "out" / "held_out.json").found] == ["lime"]
    assert len(store.runs()) == 3


def test_bad_arguments_are_sentences(plan: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for given, said in ((["--arms", "none"], "there is no arm 'none'"), (["--seeds", "1", "1"], "seeds, each once")):
        assert main(["trial", str(plan), *given]) == 2
        assert said in capsys.readouterr().err
    assert main(["trial", str(plan.with_name("nowhere.toml"))]) == 2
