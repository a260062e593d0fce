"""The training loop: its curve is that of plain torch, does not depend on parts, and its parts add up."""

from dataclasses import asdict, replace

import pytest
import torch

from core.contracts.batch import stream
from core.distributed.fabric import make_fabric
from core.objectives.cross_entropy import CrossEntropy
from core.objectives.fast_adversarial import FastAdversarial
from core.objectives.pgd_adversarial import PGDAdversarial
from core.objectives.trades import Trades
from core.training.schedule import Schedule
from tests.core.training.trainings import SCHEDULE, Masking, new
from tests.toys import small


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
    assert training.average is not None
    kept = training.average.net
    for index, step in enumerate(training):
        decay = min(0.3, (1 + index) / (10 + index))  # 1/10, 2/11, 3/12, then 0.3
        expected = decay * expected + (1 - decay) * weight.detach().double()
        now = training.classifier.net.get_buffer("1.running_mean").double()
        statistics = decay * statistics + (1 - decay) * now
        assert set(step.held) == ({"clean", "clean_average"} if step.epoch_ends else set())
        torch.testing.assert_close(kept.get_parameter("5.weight").double(), expected, rtol=1e-4, atol=1e-6)
        torch.testing.assert_close(kept.get_buffer("1.running_mean").double(), statistics, rtol=1e-4, atol=1e-6)
    assert int(kept.get_buffer("1.num_batches_tracked")) == training.done


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


@pytest.mark.parametrize("warm", [0.25, 0.4, 0.5])
def test_the_triangular_rate_is_that_of_torch(warm: float) -> None:
    """As CyclicLR sets it in the authors' code of NuAT and N-FGSM, from 0 to 0."""
    schedule, total = Schedule(lr=0.3, rate="triangular", warm=warm), 24
    optimiser = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=0.3, momentum=0.9)
    rate = torch.optim.lr_scheduler.CyclicLR(
        optimiser, base_lr=0.0, max_lr=0.3, step_size_up=warm * total, step_size_down=(1 - warm) * total,
        cycle_momentum=False,
    )  # fmt: skip
    for index in range(total):
        assert schedule.rate_at(index, total) == pytest.approx(optimiser.param_groups[0]["lr"], rel=1e-9, abs=1e-12)
        optimiser.step()
        rate.step()
    assert [replace(schedule, warm=end).rate_at(0, total) for end in (0.0, 1.0)] == [0.3, 0.0]
    assert replace(schedule, warm=1.0).rate_at(23, total) == pytest.approx(0.3 * 23 / 24)


def test_the_curve_is_that_of_plain_torch() -> None:
    """The same batches through torch's own SGD: whatever the loop adds does not change an ordinary step."""
    training = new(CrossEntropy(), replace(SCHEDULE, ema=0.0, crop=0, flip=False))
    mirror, data = small(), training.batches.data
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


def test_masks_are_made_when_due_and_move_with_the_images() -> None:
    schedule = replace(SCHEDULE, crop=2, flip=True)
    steps = list(new(Masking(), schedule))
    assert [bool(step.masks) for step in steps] == [step.index in (0, 12) for step in steps]
    assert steps[0].masks["kept"] == 1
    assert steps[0].parts["agree"] == 1  # crops and mirrors moved them together
    assert 0.6 < steps[12].masks["kept"] < 0.95
    assert 0.6 < steps[12].parts["agree"] < 0.95


def test_a_batch_larger_than_the_data_is_refused() -> None:
    with pytest.raises(ValueError, match="expected a batch of 1 to 192 images, got 500"):
        new(CrossEntropy(), replace(SCHEDULE, batch=500))
    with pytest.raises(ValueError, match="expected lr between"):
        Schedule(lr=-1.0)
    assert make_fabric("cpu").world_size == 1
    assert asdict(SCHEDULE)["epochs"] == 3
