"""The training loop: the curve survives a break, does not depend on who computes it, and its parts add up."""

import itertools
import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from core.attacks.pgd import PGD
from core.base.cancellation import Cancelled, CancelScope
from core.base.params import to_spec
from core.base.paths import ROOT
from core.checkpoints import tensor_files
from core.contracts.batch import Batch, stream
from core.contracts.classifier import Classifier
from core.contracts.objective import Loss, Objective
from core.distributed import fabric as machines
from core.distributed.fabric import make_fabric
from core.evaluation.accuracy import accuracy, split_held_out
from core.objectives.cross_entropy import CrossEntropy
from core.objectives.fast_adversarial import FastAdversarial
from core.objectives.lime_guided import LimeGuided
from core.objectives.pgd_adversarial import PGDAdversarial
from core.objectives.trades import Trades
from core.training.augment import augment
from core.training.in_parts import in_parts
from core.training.loop import Training
from core.training.resume import State
from core.training.schedule import Schedule
from core.training.step import TrainingStep
from core.training.validation import validate
from tests.toys import dataset, small

GUIDED = LimeGuided(
    eps=0.1, cells=4, samples=9, every=2, turns=2, masking=0.5, sensitivity=1.0, penalised=0.5, penalty="finite"
)
SCHEDULE = Schedule(epochs=3, batch=32, lr=0.1, crop=1, flip=False, bf16=False, held_out=64, ema=0.9)


def new(objective: Objective, schedule: Schedule = SCHEDULE, seed: int = 0, **more: Any) -> Training:
    return Training(small(seed, **more), objective, dataset(), schedule)


def same(one: Classifier, other: Classifier) -> None:
    for name, value in one.net.state_dict().items():
        assert torch.equal(value, other.net.state_dict()[name]), name


@dataclass(frozen=True)
class Masking(Objective):
    """Keeps masks: before epochs 0 and 2, the bright pixels of each image."""

    key = "masking"

    def due(self, epoch: int) -> bool:
        return epoch % 2 == 0

    def refresh(self, classifier: Classifier, teacher: Classifier, batch: Batch, epoch: int) -> Tensor | None:
        noise = batch.draw("noise", lambda shape, draws: torch.rand(shape, generator=draws), ())
        flipped = (noise < 0.1 * epoch).view(-1, 1, 1)
        return (batch.images[:, 0] > 0.5) ^ flipped

    def audit(self, masks: Tensor, before: Tensor | None, labels: Tensor) -> dict[str, float]:
        kept = 1.0 if before is None else (masks == before).float().mean().item()
        return {"size": masks.float().mean().item(), "kept": kept}

    def loss(self, classifier: Classifier, batch: Batch, attacked: Tensor | None) -> Loss:
        assert batch.masks is not None
        inside = torch.where(batch.masks[:, None], batch.images, torch.zeros(()))
        loss, _ = CrossEntropy()(classifier, replace(batch, images=inside))
        agree = (batch.masks == (batch.images[:, 0] > 0.5)).float().mean().item()
        return loss, {"agree": agree}


@pytest.mark.parametrize("stop", [3, 6, 13])  # in the middle of an epoch, at its end, late
@pytest.mark.parametrize(
    "objective", [PGDAdversarial(steps=2, awp=0.01, awp_after=1), Trades(steps=2), Masking(), GUIDED], ids=type
)
def test_a_run_that_was_broken_off_goes_on_to_the_same_curve(objective: Objective, stop: int, tmp_path: Path) -> None:
    through = new(objective, dropout=0.3)
    wanted = list(through)
    first = new(objective, dropout=0.3)
    steps: Iterator[TrainingStep] = iter(first)
    found = [next(steps) for _ in range(stop)]
    first.state().save(tmp_path / "state.safetensors")
    torch.rand(17)  # other numbers drawn in between do not matter
    again = new(objective, seed=1, dropout=0.3)  # other first weights: all are replaced
    again.restore(State.load(tmp_path / "state.safetensors"))
    found += list(again)
    assert found == wanted
    same(again.classifier, through.classifier)
    assert again.average is not None
    assert through.average is not None
    same(again.average, through.average)
    assert again.best is not None
    assert through.best is not None
    assert (again.best.epoch, again.best.score) == (through.best.epoch, through.best.score)
    for name, value in through.best.weights.items():
        assert torch.equal(value, again.best.weights[name])


@pytest.mark.parametrize("passes", range(0, 60, 4))
def test_a_stop_at_any_pass_loses_and_doubles_nothing(passes: int) -> None:
    objective = PGDAdversarial(steps=2, awp=0.01)
    wanted = list(new(objective, replace(SCHEDULE, epochs=2), dropout=0.3))
    training, found, seen = new(objective, replace(SCHEDULE, epochs=2), dropout=0.3), [], 0

    def count(*_: object) -> None:
        nonlocal seen
        seen += 1
        if seen > passes:
            scope.stop()

    with pytest.raises(Cancelled), CancelScope(watcher=count) as scope:
        found += list_into(found, training)
    again = new(objective, replace(SCHEDULE, epochs=2), dropout=0.3)
    again.restore(training.state())
    found += list(training)
    assert found == wanted
    assert found[-1] == list(again)[-1]
    same(training.classifier, again.classifier)


def list_into(found: list[TrainingStep], training: Training) -> list[TrainingStep]:
    for step in training:
        found.append(step)
    return []


def test_a_state_is_read_however_large_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The cap is for files from outside; a run that wrote more than that must be able to go on."""
    monkeypatch.setattr(tensor_files, "LARGEST", 100)
    path, training = tmp_path / "state.safetensors", new(FastAdversarial())
    training.state().save(path)
    with pytest.raises(ValueError, match="larger than"):
        tensor_files.read_tensors(path)
    new(FastAdversarial()).restore(State.load(path))


def test_a_state_is_not_a_pickle_and_says_of_which_run_it_is(tmp_path: Path) -> None:
    training = new(FastAdversarial())
    next(iter(training))
    path = tmp_path / "state.safetensors"
    training.state().save(path)
    assert path.read_bytes()[8:9] == b"{"
    with pytest.raises(ValueError, match=r"of another run: objective eps 0.03\d* instead of 0.02"):
        new(FastAdversarial(eps=0.02)).restore(State.load(path))
    with pytest.raises(ValueError, match="schedule seed 0 instead of 4"):
        new(FastAdversarial(), replace(SCHEDULE, seed=4)).restore(State.load(path))
    with pytest.raises(ValueError, match="bytes|state of a training run|safetensors"):
        State.load(ROOT / "pyproject.toml")


def test_when_checkpoints_fall_does_not_matter_to_an_attack_in_evaluation_mode(tmp_path: Path) -> None:
    """On two processes a checkpoint averages the statistics of batch normalisation, which TRADES attacks by."""
    found = []
    for every in ("2", "1000000"):
        path = tmp_path / f"{every}.json"
        asked = [str(path), "2", '{"method": "trades", "steps": 2}', every]
        command = [sys.executable, "-m", "tests.two_processes", *asked]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, done.stderr[-2000:]
        found.append([step["loss"] for step in json.loads(path.read_text())["steps"]])
    assert found[0] == pytest.approx(found[1], rel=1e-5)


@pytest.mark.parametrize(
    "spec",
    [
        {"method": "pgd_adversarial", "steps": 2, "awp": 0.01},
        {"method": "trades", "steps": 2},
        to_spec(replace(GUIDED, penalised=0.1)),  # in some steps only one of the processes draws a row to penalise
    ],
    ids=lambda spec: spec["method"],
)
def test_two_processes_give_the_curve_of_one(spec: dict[str, Any], tmp_path: Path) -> None:
    curves = []
    for processes in (1, 2):
        path = tmp_path / f"{processes}.json"
        command = [sys.executable, "-m", "tests.two_processes", str(path), str(processes), json.dumps(spec)]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, done.stderr[-2000:]
        curves.append(json.loads(path.read_text()))
    assert [curve["world"] for curve in curves] == [1, 2]
    losses = [step["loss"] for step in curves[0]["steps"]]
    assert sum(losses[-4:]) < 0.7 * sum(losses[:4])  # there was something to learn
    for one, two in zip(curves[0]["steps"], curves[1]["steps"], strict=True):
        assert two["loss"] == pytest.approx(one["loss"], rel=1e-4)
        assert two["parts"] == pytest.approx(one["parts"], rel=1e-3, abs=1e-6)
        filled = 0.25 if spec["method"] == "lime_guided" else 1e-6  # each process fills up its own penalised rows
        assert two["evaluations"] == pytest.approx(one["evaluations"], rel=filled)
        assert two["held"] == pytest.approx(one["held"], abs=1 / 64)


def test_a_batch_in_parts_gives_the_same_curve() -> None:
    whole, parts = (new(PGDAdversarial(steps=2, awp=0.02), norm=False) for _ in range(2))
    parts.at_once = 13
    for one, other in zip(whole, parts, strict=True):
        assert other.loss == pytest.approx(one.loss, rel=1e-4)
        assert other.evaluations == one.evaluations


def test_the_average_of_the_weights_by_hand() -> None:
    training = new(CrossEntropy(), replace(SCHEDULE, ema=0.3))
    weight = training.classifier.net.get_parameter("5.weight")
    expected = weight.detach().double().clone()
    statistics = training.classifier.net.get_buffer("1.running_mean").double().clone()
    for index, step in enumerate(training):
        decay = min(0.3, (1 + index) / (10 + index))  # 1/10, 2/11, 3/12, then 0.3
        expected = decay * expected + (1 - decay) * weight.detach().double()
        now = training.classifier.net.get_buffer("1.running_mean").double()
        statistics = decay * statistics + (1 - decay) * now
        assert set(step.held) == ({"clean", "clean_average"} if step.epoch_ends else set())
    assert training.average is not None
    torch.testing.assert_close(training.average.net.get_parameter("5.weight").double(), expected, rtol=1e-4, atol=1e-6)
    torch.testing.assert_close(
        training.average.net.get_buffer("1.running_mean").double(), statistics, rtol=1e-4, atol=1e-6
    )
    assert int(training.average.net.get_buffer("1.num_batches_tracked")) == training.done


def test_the_learning_rate_is_that_of_torch() -> None:
    schedule = Schedule(lr=0.3, warm=0.4, epochs=3, batch=32, bf16=False, held_out=0)
    weight = torch.nn.Parameter(torch.zeros(1))
    optimiser = torch.optim.SGD([weight], lr=0.3)
    rate = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, 0.3, total_steps=24, pct_start=0.4, anneal_strategy="linear", cycle_momentum=False
    )
    for step in new(CrossEntropy(), schedule):
        assert step.lr == pytest.approx(optimiser.param_groups[0]["lr"], rel=1e-6)
        optimiser.step()
        if step.index < 23:
            rate.step()


def test_the_curve_is_that_of_plain_torch() -> None:
    """The same batches through torch's own SGD: whatever the loop adds does not change an ordinary step."""
    training = new(CrossEntropy(), replace(SCHEDULE, ema=0.0, crop=0, flip=False))
    mirror, data = small(), training.feed.data
    mirror.net.train()
    optimiser = torch.optim.SGD(mirror.net.parameters(), lr=0.1, momentum=0.9, weight_decay=5e-4, nesterov=True)
    for step in training:
        order = torch.randperm(
            len(data), generator=torch.Generator().manual_seed(stream(SCHEDULE.seed, "order", step.epoch))
        )
        rows = order[step.index % 6 * 32 :][:32]
        loss = torch.nn.functional.cross_entropy(mirror(data.images[rows].float() / 255), data.labels[rows])
        assert step.loss == pytest.approx(loss.item(), rel=1e-4)
        optimiser.zero_grad()
        loss.backward()
        optimiser.param_groups[0]["lr"] = step.lr
        optimiser.step()


def test_gradient_evaluations_are_counted() -> None:
    """Of 32 images: PGD-3 and the loss 4 each, AWP one more; TRADES one clean pass without a gradient, 3, and 2."""
    for objective, each in (
        (CrossEntropy(), 1.0), (FastAdversarial(), 2.0), (PGDAdversarial(steps=3), 4.0),
        (PGDAdversarial(steps=3, awp=0.01), 5.0), (Trades(steps=3), 5 + 1 / 3),
    ):  # fmt: skip
        steps = list(new(objective, replace(SCHEDULE, epochs=1)))
        assert steps[-1].evaluations == pytest.approx(32 * each * len(steps))


def test_the_best_is_kept_and_chosen_by_robust_accuracy() -> None:
    validation_attack = PGD(eps=0.24, step=0.05, steps=10)
    training = Training(small(), FastAdversarial(eps=0.2), dataset(), SCHEDULE, validation_attack=validation_attack)
    held = [step.held for step in training if step.epoch_ends]
    assert all(set(each) == {"clean", "robust", "clean_average", "robust_average"} for each in held)
    scores = [(each["robust"], each["robust_average"]) for each in held]
    top = max(max(pair) for pair in scores)
    assert training.best is not None
    assert training.best.score == top
    assert scores[training.best.epoch][training.best.averaged] == top
    check = small()
    check.net.load_state_dict(dict(training.best.weights))
    _, away = split_held_out(dataset(), 64, 0)
    assert accuracy(check, away, validation_attack).value == top
    assert len(training.feed.data) == 256 - 64


@pytest.mark.parametrize("at_once", [250, 64, 7, 1])
def test_judged_in_parts_an_attack_finds_the_same(at_once: int) -> None:
    """Its random start is drawn for all images of the block; what is kept for the gradient is one part's."""
    model, data, validation_attack = small(), dataset(300), PGD(eps=0.24, step=0.05, steps=3)
    model.net.eval()
    images, largest = data.images.float() / 255, [0]
    expected = validation_attack(model, images, data.labels, seed=5)
    model.net.register_forward_pre_hook(lambda _, given: largest.append(len(given[0])))
    found = validation_attack(in_parts(model, at_once), images, data.labels, seed=5)
    assert (found - expected).abs().max() < 1e-6
    assert max(largest) == at_once
    training = new(FastAdversarial())
    whole = validate(model, model.copy(), data, validation_attack, training.fabric)
    largest.clear()
    assert validate(model, model.copy(), data, validation_attack, training.fabric, at_once) == whole
    assert max(largest) == at_once
    again = new(FastAdversarial())
    training.validated_at_once = at_once
    again.restore(training.state())
    assert again.validated_at_once == at_once


def test_masks_are_made_when_due_and_move_with_the_images() -> None:
    schedule = replace(SCHEDULE, crop=2, flip=True)
    steps = list(new(Masking(), schedule))
    assert [bool(step.masks) for step in steps] == [step.index in (0, 12) for step in steps]
    assert steps[0].masks["kept"] == 1
    assert steps[0].parts["agree"] == 1  # crops and mirrors moved them together
    assert 0.6 < steps[12].masks["kept"] < 0.95
    assert 0.6 < steps[12].parts["agree"] < 0.95


def test_crops_and_mirrors_by_brute_force() -> None:
    images = torch.randint(0, 256, (40, 1, 5, 6), dtype=torch.uint8, generator=torch.Generator().manual_seed(0))
    made, _ = augment(images, None, Schedule(crop=2), torch.Generator().manual_seed(1), 0, 40)
    padded = torch.nn.functional.pad(images.float() / 255, (2, 2, 2, 2))
    places = set()
    for before, after in zip(padded, made, strict=True):
        fits = [
            (down, right, turn)
            for down, right, turn in itertools.product(range(5), range(5), ([], [2]))
            if torch.equal(after, before[:, down : down + 5, right : right + 6].flip(turn))
        ]
        assert fits
        places.add(str(fits[0]))
    assert len(places) > 20
    part, _ = augment(images[10:20], None, Schedule(crop=2), torch.Generator().manual_seed(1), 10, 40)
    assert torch.equal(part, made[10:20])


def test_half_precision_where_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machines, "bf16_is_fast", lambda _: True)  # whatever this processor is the faster for
    kinds: set[torch.dtype] = set()

    def run(objective: Objective) -> list[TrainingStep]:
        with CancelScope(watcher=lambda _, logits: kinds.add(logits.dtype)):
            return list(new(objective, replace(SCHEDULE, bf16=True, epochs=1, held_out=0)))

    rough = run(CrossEntropy())
    assert kinds == {torch.bfloat16}
    kinds.clear()

    class Exact(CrossEntropy):
        precise = True

    exact = run(Exact())
    assert kinds == {torch.float32}
    assert rough[0].loss == pytest.approx(exact[0].loss, rel=0.02)
    assert rough[0].loss != exact[0].loss


def test_a_batch_larger_than_the_data_is_refused() -> None:
    with pytest.raises(ValueError, match="expected a batch of 1 to 192 images, got 500"):
        new(CrossEntropy(), replace(SCHEDULE, batch=500))
    with pytest.raises(ValueError, match="expected lr between"):
        Schedule(lr=-1.0)
    assert make_fabric("cpu").world_size == 1
    assert asdict(SCHEDULE)["epochs"] == 3
