"""LIME-guided refinement: its loss and attack by other formulas, its parts, its controls, what it refuses."""

import json
import math
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch import Tensor
from torch.nn.functional import cross_entropy

from core.base.cancellation import CancelScope
from core.base.params import from_spec, to_spec
from core.base.paths import CHECKPOINTS
from core.catalog import OBJECTIVES
from core.contracts.toy_models import linear
from core.objectives._gradient_penalty import exact_penalty
from core.objectives.fast_adversarial import FastAdversarial
from core.objectives.lime_guided import LimeGuided
from core.occlusion.fills import fill
from core.training.loop import Training
from core.training.schedule import Schedule
from tests.toys import dataset, guided_batch, separable, small, whole

EARLIER = ("cifar10_resnet18", "cifar10_resnet20", "mnist_cnn")  # made when `groups` was called turns


@pytest.mark.parametrize("off", [{"mask_source": "none"}, {"masking": 0.0, "sensitivity": 0.0}])
def test_without_masks_it_is_fast_adversarial_training(off: dict[str, object]) -> None:
    schedule = Schedule(epochs=2, batch=32, lr=0.1, crop=1, bf16=False, held_out=64)
    curves = [
        [(step.loss, step.evaluations, dict(step.held)) for step in Training(small(), each, dataset(), schedule)]
        for each in (LimeGuided(eps=0.1, **off), FastAdversarial(eps=0.1))
    ]
    for one, other in zip(*curves, strict=True):
        assert one[0] == pytest.approx(other[0], rel=1e-4)
        assert one[1:] == other[1:]


@pytest.mark.parametrize("kind", ["mean", "blur", "noise", "patch"])
def test_the_loss_by_an_independent_formula(kind: str) -> None:
    """Every image masked and penalised; the gradient of log p_y from torch.func, one image at a time."""
    model = small(4, norm=False)
    batch = guided_batch()
    objective = LimeGuided(
        masking=1.0, sensitivity=7.0, adversarial=2.0, clean=0.5, penalised=1.0, penalty="exact", fill=kind
    )
    attacked = (batch.images + 0.02).clamp(0, 1)
    loss, parts = objective.loss(model, batch, attacked)
    inside = batch.masks[:, None].float()
    other = {"mean": batch.images.mean(dim=(2, 3), keepdim=True), "patch": batch.images.roll(-1, dims=0)}.get(kind)
    if other is None:
        other = fill(batch, kind)
    shown = batch.images * (1 - inside) + other * inside

    def log_p(image: Tensor, label: Tensor) -> Tensor:
        return model(image[None])[0].log_softmax(dim=0)[label]

    slopes = torch.stack([torch.func.grad(log_p)(*pair) for pair in zip(batch.images, batch.labels, strict=True)])
    penalty = ((slopes * inside) ** 2).sum(dim=(1, 2, 3)) / inside.sum(dim=(1, 2, 3))
    wanted = 2 * cross_entropy(model(attacked), batch.labels) + 0.5 * cross_entropy(model(shown), batch.labels)
    wanted = wanted + 7 * penalty.mean()
    assert loss.item() == pytest.approx(wanted.item(), rel=1e-5)
    assert parts["sensitivity"] == pytest.approx(penalty.mean().item(), rel=1e-4)
    assert parts["covered"] == 1
    weights = list(model.net.parameters())
    for one, two in zip(torch.autograd.grad(loss, weights), torch.autograd.grad(wanted, weights), strict=True):
        torch.testing.assert_close(one, two, rtol=1e-4, atol=1e-6)


def test_the_attack_is_on_what_is_shown() -> None:
    batch = guided_batch()
    objective = LimeGuided(eps=0.05, masking=1.0, fill="patch")
    shown, covered = objective.shown(batch)
    assert covered.all()
    attacked = objective.attack(small(), batch)
    assert ((attacked - shown).abs() <= 0.05 + 1e-6).all()
    assert ((attacked - batch.images).abs() > 0.3).any()


def test_the_attack_is_one_sign_step_from_a_random_start_around_what_is_shown() -> None:
    """On a linear model, where the direction is known at every start."""
    weight = torch.randn(2, 1, 6, 6, generator=torch.Generator().manual_seed(1))
    batch = guided_batch()
    objective = LimeGuided(eps=0.05, masking=1.0, fill="patch", step_ratio=0.5)
    shown, _ = objective.shown(batch)
    start = (shown + (batch.start(0.05, torch.full_like(shown, 0.5)) - 0.5)).clamp(0, 1)
    uphill = (weight[1 - batch.labels] - weight[batch.labels]).sign()
    wanted = (start + 0.025 * uphill).clamp(shown - 0.05, shown + 0.05).clamp(0, 1)
    torch.testing.assert_close(objective.attack(linear(weight.tolist()), batch), wanted)


@pytest.mark.parametrize("kind", ["mean", "blur", "noise", "patch"])
def test_loss_and_attack_do_not_depend_on_who_has_which_rows(kind: str) -> None:
    model, batch = small(norm=False), guided_batch(16)
    objective = LimeGuided(eps=0.1, fill=kind, masking=0.5, penalised=0.5)
    attacked = objective.attack(model, batch)
    loss, parts = objective.loss(model, batch, attacked)
    total, gathered = 0.0, dict.fromkeys(parts, 0.0)
    for part in batch.parts(6):
        here = objective.attack(model, part)
        torch.testing.assert_close(here, attacked[part.first : part.first + len(part)])
        value, numbers = objective.loss(model, part, here)
        total += value.item() * len(part) / 16
        for name, number in numbers.items():
            gathered[name] += number * len(part) / 16
    assert total == pytest.approx(loss.item(), rel=1e-5)
    assert gathered == pytest.approx(parts, rel=1e-4)
    assert 0.2 < parts["covered"] < 0.8


def test_pairs_are_the_next_images_of_the_whole_batch() -> None:
    training = Training(
        small(), LimeGuided(fill="patch", masking=0.5), dataset(60), Schedule(batch=20, held_out=0, crop=0, flip=False)
    )
    batch = training.batches.batch(1, None)
    torch.testing.assert_close(batch.others, batch.images.roll(-1, dims=0))
    assert (
        Training(small(), LimeGuided(fill="mean", masking=0.5), dataset(60), Schedule(batch=20, held_out=0))
        .batches.batch(0, None)
        .others
        is None
    )


def test_a_weight_for_some_loss_is_needed() -> None:
    with pytest.raises(ValueError, match="expected a weight above 0"):
        LimeGuided(adversarial=0.0, clean=0.0)
    loss, parts = LimeGuided(adversarial=0.0, clean=1.0, masking=0.0)(small(), whole(*separable(8)))
    assert math.isfinite(loss.item())
    assert set(parts) == {"clean"}


def test_the_control_on_the_whole_picture_penalises_every_slope_and_covers_nothing() -> None:
    model, batch = small(norm=False), whole(*separable(8))
    objective = LimeGuided(adversarial=0.0, clean=1.0, sensitivity=2.0, penalised=1.0, mask_source="whole")
    masks = objective.refresh(model, model, batch, 1)
    assert masks.all()
    loss, parts = objective.loss(model, replace(batch, masks=masks), objective.attack(model, batch))
    moved = batch.images.clone().requires_grad_(True)
    right = model(moved).log_softmax(dim=1).gather(1, batch.labels[:, None])
    (slope,) = torch.autograd.grad(right.sum(), moved)
    assert parts["sensitivity"] == pytest.approx(slope.square().flatten(1).mean(dim=1).mean().item(), rel=1e-5)
    assert loss.item() == pytest.approx(cross_entropy(model(moved), batch.labels).item() + 2 * parts["sensitivity"])
    with pytest.raises(ValueError, match="nothing is left to see"):
        LimeGuided(masking=0.5, mask_source="whole")


def test_parts_have_the_same_names_whatever_is_drawn() -> None:
    """Processes add up their parts name by name: one that draws no row must still say 0."""
    batch, objective = guided_batch(), LimeGuided(eps=0.1, penalised=0.01)
    drawn = {seed: objective.loss(small(norm=False), replace(batch, seed=seed), batch.images)[1] for seed in range(40)}
    assert {tuple(parts) for parts in drawn.values()} == {("adversarial", "sensitivity")}
    assert 0.0 in {parts["sensitivity"] for parts in drawn.values()}
    assert any(parts["sensitivity"] > 0 for parts in drawn.values())


def test_rows_that_fill_up_a_pass_count_nothing_but_normalise() -> None:
    model, batch = small(norm=False), guided_batch(64)
    objective = LimeGuided(eps=0.1, penalised=0.1)
    drawn = batch.draw("penalised", lambda shape, draws: torch.rand(shape, generator=draws), ()) < 0.1
    assert 0 < drawn.sum() < 16
    wanted = exact_penalty(model, batch.images[drawn], batch.labels[drawn], batch.masks[drawn]).sum() / (0.1 * 64)
    with CancelScope() as scope:
        _, parts = objective.loss(model, batch, batch.images)
    assert parts["sensitivity"] == pytest.approx(wanted.item(), rel=1e-5)
    assert scope.queries == 64 + 16


@pytest.mark.parametrize(
    "asked", [{"instability": 1.0, "repeats": 1}, {"irrelevance": 0.0}, {"explained": "free"}], ids=str
)
def test_settings_that_leave_nothing_to_blame_are_refused(asked: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="instability"):
        LimeGuided(**asked)  # type: ignore[arg-type]
    LimeGuided(mask_source="random", **asked)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "card", [CHECKPOINTS / f"{name}_lime_guided.json" for name in EARLIER], ids=lambda path: path.stem
)
def test_the_cards_that_say_turns_are_still_read(card: Path) -> None:
    spec = json.loads(card.read_text())["objective"]
    made = from_spec(spec, OBJECTIVES)
    assert isinstance(made, LimeGuided)
    groups = spec.pop("turns")
    assert groups != LimeGuided().groups
    assert to_spec(made) == to_spec(LimeGuided()) | spec | {"groups": groups}
