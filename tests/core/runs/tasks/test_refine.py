"""The task `refine`: what it leaves in its folder, what it goes on from, what it says that cannot be."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch

from core.checkpoints import tensor_files
from core.checkpoints.card import Card
from core.contracts.interfaces import Images
from core.refinement import request as refinement
from core.runs.status import write_status
from core.runs.store import Store
from core.training.loop import Training
from core.training.schedule import Schedule
from tests.core.runs.doubles import ended, until
from tests.core.runs.tasks.refining import SCHEDULE, STEPS, Guided, reached, submit
from tests.toys import dataset, small

pytestmark = pytest.mark.skipif(torch.cuda.is_available(), reason="torch cannot fork once it has seen a GPU")


def test_what_a_run_leaves(store: Store) -> None:
    run = submit(store, "guided", more={"title": "A try"})
    assert ended(run) == "completed", run.log()
    found = run.metrics
    assert [row["step"] for row in found] == list(range(STEPS))
    assert [row["epoch"] for row in found] == [0] * 6 + [1] * 6 + [2] * 6
    assert {row["step"] for row in found if "held" in row} == {5, 11, 17}
    assert {row["step"]: row["masks"]["size"] for row in found if "masks" in row}.keys() == {0, 12}
    assert set(found[5]["held"]) == {"clean", "clean_average"}
    assert set(found[3]) == {"step", "epoch", "loss", "parts", "lr", "evaluations", "seconds"}
    assert [row["seconds"] for row in found] == sorted(row["seconds"] for row in found)

    steps = list(Training(small(3, dropout=0.2), Guided(), dataset(), Schedule(**SCHEDULE)))
    assert [row["loss"] for row in found] == pytest.approx([step.loss for step in steps], rel=1e-3)
    assert [(row["lr"], row["evaluations"]) for row in found] == [(step.lr, step.evaluations) for step in steps]

    cycles = [np.load(run.folder / "masks" / f"cycle-{epoch:04}.npz") for epoch in (0, 2)]
    for cycle in cycles:
        assert (cycle["images"].shape, cycle["images"].dtype) == ((16, 1, 6, 6), np.uint8)
        assert cycle["masks"].dtype == np.bool_
        assert np.array_equal(cycle["masks"], cycle["images"][:, 0] > 127)
        assert np.array_equal(cycle["labels"], cycles[0]["labels"])
        assert np.array_equal(cycle["images"], cycles[0]["images"])

    result = run.result()
    assert result is not None
    held = {row["epoch"]: row["held"] for row in found if "held" in row}
    best = max(max(each.values()) for each in held.values())
    kept = result["epoch_kept"] - 1
    assert result["held"] == held[kept]
    assert held[kept]["clean_average" if result["averaged"] else "clean"] == best
    assert result["evaluations"] == found[-1]["evaluations"]
    card = Card.read(run.folder / "best.safetensors").entries()
    assert card["sha256"] == tensor_files.read_tensors(run.folder / "best.safetensors")[1]
    assert Card.inside(run.folder / "best.safetensors").entries() == {k: v for k, v in card.items() if k != "sha256"}
    assert card["title"] == "A try"
    assert (card["epoch_kept"], card["averaged"], card["held"]) == (kept + 1, result["averaged"], held[kept])
    assert card["held_out"] == {"images": 64, "chooses": "clean accuracy"}
    check = small()
    check.net.load_state_dict(tensor_files.read_tensors(run.folder / "last.safetensors")[0])
    assert Card.read(run.folder / "last.safetensors").epoch_kept == 3
    assert (run.status.said, run.status.notes) == ("", ())


def test_what_a_run_says_of_itself_is_said_once(store: Store, slowly: Callable[[], None]) -> None:
    """Also where an attempt ended before it saved anything."""
    slowly()
    run = submit(store, "lime_guided", first=5)
    until(lambda: bool(run.status.notes))
    run.stop("now")
    assert ended(run) == "stopped"
    run.resume()
    assert ended(run) == "completed", run.log()
    assert len(run.status.notes) == 1
    assert run.status.notes[0].startswith("No spurious region is looked for: the first would be after 5 epochs")


def test_a_base_stays_until_what_goes_on_from_it_is_over(store: Store, slowly: Callable[[], None]) -> None:
    """And one whose folder goes all the same, by hand, does not end a training that has begun."""
    base = submit(store, "cross_entropy")
    assert ended(base) == "completed", base.log()
    slowly()
    run = submit(store, more={"base": f"run:{base.id}.last"})
    with pytest.raises(ValueError, match=f"is the base of run {run.id}, which has not completed"):
        base.delete()
    reached(run, 2)
    run.stop("save")
    assert ended(run) == "stopped"
    write_status(run.folder, replace(run.status, state="failed"))  # by a full disk, say: it can still be resumed
    with pytest.raises(ValueError, match="has not completed; delete that first"):
        base.delete()
    assert base.folder.is_dir()
    run.resume()
    reached(run, 5)
    away = base.folder.rename(store.root / "away")
    assert ended(run) == "completed", run.log()
    away.rename(base.folder)
    card = Card.read(run.folder / "best.safetensors").entries()
    assert (card["origin"], card["architecture"]) == ("mnist_cnn:standard", "mnist_cnn")
    assert card["title"].startswith("Fast adversarial training, from Ordinary training, from ")
    base.delete()
    assert [each.id for each in store.runs()] == [run.id]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"base": "nobody"}, "there is no classifier named 'nobody'; `counterproof methods` lists them"),
        ({"start": "middle"}, "expected a start from base or scratch, got 'middle'"),
        ({"objective": {"method": "hope"}}, "expected a method among"),
        ({"schedule": {"epochs": 0}}, "schedule: expected epochs between 1 and 1000, got 0"),
        ({"schedule": {"speed": 1}}, "schedule: unknown parameter speed"),
        ({"images": 70}, "64 held-out images and a batch of 32 are more than the 70 training images"),
        ({"pace": 1}, "unexpected keyword argument 'pace'"),
        ({"images": -1}, "expected images and reserved ones from 0"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_what_cannot_be_is_a_sentence(store: Store, change: dict[str, Any], said: str) -> None:
    run = submit(store, more=change)
    assert ended(run) == "failed"
    assert said in run.status.said
    assert "\n" not in run.status.said
    assert run.metrics == []


def test_data_that_does_not_fit_is_a_sentence(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    three = Images(torch.zeros(99, 3, 6, 6, dtype=torch.uint8), torch.zeros(99, dtype=torch.int64), ("a", "b"))
    monkeypatch.setattr(refinement, "load_data", lambda *_, **__: three)
    run = submit(store)
    assert ended(run) == "failed"
    assert run.status.said == "this data set has 6 x 6 colour images; the model takes 6 x 6 grey images"


def test_a_loss_that_is_no_number_ends_the_run(store: Store) -> None:
    run = submit(
        store,
        "cross_entropy",
        more={"schedule": SCHEDULE | {"lr": 10.0, "momentum": 0.999, "clip": 0.0, "epochs": 900}},
    )
    assert ended(run, 60) == "failed"
    assert "the loss is no longer a number" in run.status.said
    assert "lower learning rate" in run.status.said


@pytest.mark.parametrize("lr", [0.0, 0.1])
def test_a_training_that_does_not_get_under_way_says_so_early(store: Store, lr: float) -> None:
    run = submit(store, "cross_entropy", more={"schedule": SCHEDULE | {"epochs": 6, "lr": lr}})
    assert ended(run) == "completed"
    assert any("not answered better, beyond chance" in note for note in run.status.notes) == (lr == 0)
