"""The task `refine`: what it leaves in its folder, every way to break it off, and too little memory or disk."""

import errno
import importlib
import os
import random
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from core.base.paths import home
from core.catalog import OBJECTIVES
from core.checkpoints import tensor_files
from core.checkpoints.card import Card
from core.contracts.batch import Batch
from core.contracts.classifier import Classifier
from core.contracts.interfaces import Images
from core.contracts.objective import Loss, Objective
from core.objectives.cross_entropy import CrossEntropy
from core.runs import files
from core.runs.context import Context
from core.runs.pace import Pace
from core.runs.status import write_status
from core.runs.store import Run, Store
from core.runs.tasks.refine import refine
from core.runs.worker import work
from core.spurious import mask_files
from core.training import refinement, resume
from core.training.loop import Training
from core.training.resume import State
from core.training.schedule import Schedule
from tests.core.runs.doubles import Forks, as_nobody, ended, until
from tests.toys import dataset, small

pytestmark = pytest.mark.skipif(torch.cuda.is_available(), reason="torch cannot fork once it has seen a GPU")

SCHEDULE = {"epochs": 3, "batch": 32, "lr": 0.1, "crop": 1, "flip": False, "bf16": False, "held_out": 64, "ema": 0.9}
STEPS = 18  # 192 images to learn from
ASKED: dict[str, Any] = {"base": "mnist_cnn:standard", "data": "toys", "schedule": SCHEDULE}


@dataclass(frozen=True)
class Guided(Objective):
    """Keeps the bright pixels of each image as its mask; slow where a test wants to look inside."""

    key = "guided"
    pause: float = 0.0

    def due(self, epoch: int) -> bool:
        return epoch % 2 == 0

    def refresh(self, classifier: Classifier, teacher: Classifier, batch: Batch, epoch: int) -> Tensor | None:
        for _ in range(100 if self.pause else 1):
            time.sleep(self.pause)
            classifier.probabilities(batch.images[:1])
        return batch.images[:, 0] > 0.5

    def audit(self, masks: Tensor, before: Tensor | None, labels: Tensor) -> Mapping[str, float]:
        return {"size": masks.float().mean().item(), "empty": 0.0}

    def loss(self, classifier: Classifier, batch: Batch, attacked: Tensor | None) -> Loss:
        return CrossEntropy().loss(classifier, batch, None)


class Bounded(CrossEntropy):
    """Needs more memory than there is for parts above `room` images."""

    key = "bounded"
    room = 10
    error: Exception = MemoryError()

    def loss(self, classifier: Classifier, batch: Batch, attacked: Tensor | None) -> Loss:
        if len(batch) > self.room:
            raise self.error
        return super().loss(classifier, batch, attacked)


def lone(context: Context, arguments: Mapping[str, Any]) -> dict[str, Any]:
    torch.set_num_threads(1)  # a fork has lost the threads it had
    return refine(context, arguments)


@pytest.fixture
def store(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    """Runs on toys, in forks of this process."""
    importlib.import_module("lightning_fabric")  # once, not in every fork
    toys = {"guided": Guided, "bounded": Bounded}
    monkeypatch.setattr(refinement, "OBJECTIVES", dict(OBJECTIVES) | toys)
    monkeypatch.setattr(refinement, "load_classifier", lambda _: small(3, dropout=0.2))
    monkeypatch.setattr(refinement, "load_data", lambda *_, **__: dataset())
    forks = Forks({"refine": lone})
    made = Store(home / "runs", forks.launch)
    made.forks = forks  # type: ignore[attr-defined]
    yield made
    forks.reap()


def submit(store: Store, method: str = "fast_adversarial", *, more: Mapping[str, Any] = {}, **objective: Any) -> Run:
    return store.submit("refine", ASKED | {"objective": {"method": method} | objective} | dict(more))


def rows(run: Run) -> list[dict[str, Any]]:
    """The rows without their times, which differ from run to run."""
    return [{name: value for name, value in row.items() if name != "seconds"} for row in run.metrics]


def same_weights(one: Run, other: Run) -> None:
    for name in ("best.safetensors", "last.safetensors"):
        (first, _), (second, _) = (tensor_files.read_tensors(run.folder / name) for run in (one, other))
        assert first.keys() == second.keys()
        for key, value in first.items():
            assert torch.equal(value, second[key]), (name, key)


def reached(run: Run, count: int) -> None:
    until(lambda: len(run.metrics) >= count or not run.status.alive)


@pytest.fixture
def slowly(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Makes every step from now on take long enough to break it off."""
    plain = Training._step

    def slow(self: Training) -> Any:
        time.sleep(0.03)
        return plain(self)

    return lambda: monkeypatch.setattr(Training, "_step", slow)


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


@pytest.mark.parametrize("save_every", [0.0, 30.0])
def test_stopped_and_resumed_gives_the_same_as_no_break(
    store: Store, save_every: float, slowly: Callable[[], None]
) -> None:
    more = {"save_every": save_every}
    through = submit(store, more=more)
    assert ended(through) == "completed", through.log()
    slowly()
    run = submit(store, more=more)
    for count in (1, 6, 13):
        reached(run, count)
        run.stop("save")
        asked = time.monotonic()
        assert ended(run) == "stopped"
        assert time.monotonic() - asked < 3
        assert run.checkpoint is not None
        last = run.metrics[-1]["step"]
        assert run.checkpoint.name == f"checkpoint-{last}"
        assert State.load(run.checkpoint / "state.safetensors").facts["done"] in (last + 1, last + 2)
        until(lambda: not files.held(run.folder / "lock"), 2)
        run.resume()
    assert ended(run) == "completed", run.log()
    assert rows(run) == rows(through)
    same_weights(run, through)
    assert run.metrics[-1]["seconds"] >= run.metrics[0]["seconds"]


@pytest.mark.parametrize("how", ["save", "now"])
@pytest.mark.parametrize("inside", ["masks", "judgement"])
def test_a_stop_is_heard_inside_what_takes_long(
    store: Store, how: Any, inside: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if inside == "judgement":
        plain = Classifier.probabilities

        def slow(self: Classifier, images: Tensor) -> Tensor:
            time.sleep(0.3)
            return plain(self, images)

        monkeypatch.setattr(Classifier, "probabilities", slow)
        monkeypatch.setattr("core.training.validation.BLOCK", 1)
    run = submit(store, "guided", pause=0.3 if inside == "masks" else 0.0)
    word = "making masks" if inside == "masks" else "judging"
    until(lambda: word in run.status.said)
    run.stop(how)
    asked = time.monotonic()
    assert ended(run) == "stopped"
    assert time.monotonic() - asked < 3
    if how == "save" and inside == "judgement":
        assert [row["step"] for row in run.metrics] == list(range(5))  # the sixth was not judged yet
        assert run.checkpoint is not None
        assert run.checkpoint.name == "checkpoint-4"


def test_killed_ten_times_at_random_moments(store: Store, slowly: Callable[[], None]) -> None:
    through = submit(store, "guided", more={"save_every": 0.0})
    assert ended(through) == "completed", through.log()
    slowly()
    draw, kills = random.Random(1), 0
    run = submit(store, "guided", more={"save_every": 0.05})
    while kills < 10:
        reached(run, kills + 1)
        time.sleep(draw.uniform(0.0, 0.1))
        store.forks.kill()  # type: ignore[attr-defined]
        until(lambda: run.status.state in ("lost", "completed"), 2)
        if run.status.state == "completed":
            break
        kills += 1
        steps = [row["step"] for row in run.metrics]
        assert steps == list(range(len(steps)))
        run.resume()
    assert kills >= 5
    assert ended(run) == "completed", run.log()
    assert rows(run) == rows(through)
    same_weights(run, through)
    mine, theirs = run.result(), through.result()
    assert mine is not None
    assert theirs is not None
    assert {k: v for k, v in mine.items() if k not in ("seconds", "classifier")} == {
        k: v for k, v in theirs.items() if k not in ("seconds", "classifier")
    }


def test_the_time_left_tells_masks_and_judgements_from_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three epochs of four steps: masks before the first and the third take 100 and 60 s, judging 10, a step 1."""
    clock = [0.0]
    monkeypatch.setattr(time, "monotonic", lambda: clock[0])
    pace = Pace(4, 3, lambda epoch: epoch % 2 == 0)
    assert pace.left(0) is None
    took = [101, 1, 1, 11, 1, 1, 1, 11, 61, 1, 1, 11]
    told = []
    for index, seconds in enumerate(took):
        clock[0] += seconds
        pace.add(index)
        told.append(pace.left(index + 1))
    assert told[0] is None  # nothing is known of a step without masks
    assert told[1] == 1 + 1 + 4 + 101 + 3  # judgements are not known yet
    assert told[3:] == [128, 127, 126, 125, 114, 13, 12, 11, 0]
    pace.start()
    clock[0] += 40
    assert pace.left(8) == 61 + 13 - 40  # masks being made
    clock[0] += 40
    assert pace.left(8) == 13  # longer than thought
    ones = Pace(1, 3, lambda _: True)
    clock[0] += 5
    ones.add(0)
    assert ones.left(1) == 10


def test_the_time_left_that_a_run_shows_is_that_of_its_pace(
    store: Store, slowly: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    slowly()
    monkeypatch.setattr(Pace, "left", lambda *_: 1234.0)
    run = submit(store)
    until(lambda: run.status.left == 1234.0 or not run.status.alive)
    assert run.status.left == 1234.0
    run.stop("now")
    ended(run)


@pytest.mark.parametrize(
    "error",
    [
        MemoryError(),
        torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB"),
        RuntimeError("[enforce fail at alloc_cpu.cpp:114] data. DefaultCPUAllocator: not enough memory: you tried"),
    ],
    ids=["python", "cuda", "cpu"],
)
def test_too_little_memory_halves_what_is_passed_at_once(store: Store, error: Exception) -> None:
    Bounded.error = error
    run = submit(store, "bounded")
    assert ended(run) == "completed", run.log()
    assert run.status.notes == (
        "There was not enough memory for 32 images at once: from now on 16 at a time, and a step is still made of 32.",
        "There was not enough memory for 16 images at once: from now on 8 at a time, and a step is still made of 32.",
    )
    assert [row["step"] for row in run.metrics] == list(range(STEPS))
    assert run.result()["at_once"] == 8  # type: ignore[index]
    assert run.metrics[-1]["evaluations"] == 32 * STEPS  # the attempts that failed are not counted


def test_too_little_memory_to_judge_halves_what_is_judged_at_once(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And so after a resume; the result is that of a run with room for all."""
    plain = submit(store)
    assert ended(plain) == "completed", plain.log()

    def tight(_: str) -> Classifier:
        made = small(3, dropout=0.2)
        made.net.register_forward_pre_hook(refuse)
        return made

    monkeypatch.setattr(refinement, "load_classifier", tight)
    run = submit(store)
    assert ended(run) == "completed", run.log()
    assert run.status.notes == (
        "There was not enough memory to judge 64 held-out images at once: from now on 32 at a time, with the same "
        "result.",
        "There was not enough memory to judge 32 held-out images at once: from now on 16 at a time, with the same "
        "result.",
    )
    assert run.result()["at_once"] == 32  # type: ignore[index]
    assert [row.get("held") for row in run.metrics] == [row.get("held") for row in plain.metrics]
    same_weights(run, plain)


def refuse(net: torch.nn.Module, inputs: tuple[Tensor]) -> None:
    """Too little memory for more than 20 images in evaluation mode."""
    if not net.training and len(inputs[0]) > 20:
        raise MemoryError


def test_no_room_even_for_one_image_is_a_sentence(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Bounded, "room", 0)
    Bounded.error = MemoryError()
    run = submit(store, "bounded")
    assert ended(run) == "failed"
    assert run.status.said == "There is not enough memory. A smaller batch needs less."
    assert len(run.status.notes) == 5  # 16, 8, 4, 2, 1


def test_an_error_that_is_not_of_memory_is_not_tried_again(store: Store) -> None:
    Bounded.error = RuntimeError("shapes cannot be multiplied")
    run = submit(store, "bounded")
    assert ended(run) == "failed"
    assert run.status.said.startswith("RuntimeError: shapes cannot be multiplied")
    assert run.status.notes == ()


@pytest.mark.parametrize(
    ("module", "name"),
    [(files, "append"), (resume, "write_tensors"), (tensor_files, "write_whole"), (mask_files, "whole")],
    ids=["row", "checkpoint", "weights", "masks"],
)
def test_a_full_disk_is_a_sentence_and_loses_nothing(
    store: Store, tmp_path: Path, module: Any, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    through = submit(store, "guided")
    assert ended(through) == "completed", through.log()
    plain: Callable[..., Any] = getattr(module, name)
    full, calls = tmp_path / "full", []
    full.touch()

    def fails(*given: Any) -> Any:
        calls.append(given)
        if len(calls) > (4 if module is files else 0) and full.exists() and "log.txt" not in str(given[0]):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return plain(*given)

    monkeypatch.setattr(module, name, fails)
    run = submit(store, "guided")
    assert ended(run) == "failed"
    assert run.status.said == f"The disk that holds {run.folder} is full. Free some space, then resume."
    assert not list(run.folder.glob("**/*.part"))
    full.unlink()
    until(lambda: not files.held(run.folder / "lock"), 2)
    run.resume()
    assert ended(run) == "completed", run.log()
    assert rows(run) == rows(through)
    same_weights(run, through)


def test_a_read_only_folder_is_a_sentence(store: Store, tmp_path: Path) -> None:
    run = Store(home() / "runs", lambda *_: None).submit("refine", ASKED | {"objective": {"method": "cross_entropy"}})
    for path in run.folder.iterdir():
        path.chmod(0o444)
    for path in (run.folder, run.folder.parent):
        path.chmod(0o555)
    for above in (tmp_path, *tmp_path.parents[:2]):
        above.chmod(0o755)

    def tries() -> list[str]:
        try:
            work(run.folder, {"refine": lone})
        except OSError as error:
            return [str(error)]
        return []

    assert as_nobody(tries) == [f"the run in {run.folder} cannot be written: Permission denied"]


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
        ({"images": -1}, "expected images from 0"),
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


def test_only_some_of_the_images_and_the_same_ones_every_time() -> None:
    data = dataset()
    some, again, others = (refinement.few(data, 100, seed) for seed in (0, 0, 1))
    assert len(some) == 100
    assert torch.equal(some.images, again.images)
    assert not torch.equal(some.images, others.images)
    assert refinement.few(data, 0, 0) is data
    assert refinement.few(data, 999, 0) is data


def test_from_scratch_has_other_weights_but_the_same_architecture(monkeypatch: pytest.MonkeyPatch) -> None:
    from core.classifiers import mnist_cnn

    pixels = torch.zeros(300, 1, 28, 28, dtype=torch.uint8)
    strange = Images(pixels, torch.zeros(300, dtype=torch.int64), tuple("abcdefghij"))
    monkeypatch.setattr(refinement, "load_data", lambda *_, **__: strange)
    schedule = Schedule(held_out=0, seed=5)
    asked = refinement.Refinement("mnist_cnn:standard", "letters", CrossEntropy(), schedule, start="scratch")
    made, _ = asked.load()
    for name, value in mnist_cnn.fresh(5).net.state_dict().items():
        assert torch.equal(value, made.net.state_dict()[name])
    assert made.labels == tuple("abcdefghij")
    kept, _ = replace(asked, start="base").load()
    assert kept.labels == mnist_cnn.LABELS
    with pytest.raises(ValueError, match="can only be refined from their weights"):
        replace(asked, base="torchvision_imagenet:resnet18").load()


@pytest.mark.parametrize("lr", [0.0, 0.1])
def test_a_training_that_does_not_get_under_way_says_so_early(store: Store, lr: float) -> None:
    run = submit(store, "cross_entropy", more={"schedule": SCHEDULE | {"epochs": 6, "lr": lr}})
    assert ended(run) == "completed"
    assert any("not answered better, beyond chance" in note for note in run.status.notes) == (lr == 0)
