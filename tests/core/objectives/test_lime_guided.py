"""LIME-guided refinement: which regions are spurious, the three levers, the controls and the leak meter."""

import math
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy
from torch.utils._python_dispatch import TorchDispatchMode

from core.base.cancellation import Cancelled, CancelScope
from core.classifiers import mnist_cnn
from core.contracts.batch import Batch, stream
from core.contracts.classifier import Classifier
from core.contracts.toy_models import linear
from core.distributed.fabric import make_fabric
from core.objectives._gradient_penalty import difference_penalty, exact_penalty
from core.objectives.fast_adversarial import FastAdversarial
from core.objectives.lime_guided import LimeGuided
from core.occlusion.fills import fill
from core.occlusion.superpixels import grid
from core.spurious.mask_leakage import mask_leakage
from core.spurious.mask_statistics import mask_statistics
from core.spurious.regions import SOURCES, SpuriousRegions
from core.spurious.score import Agreement, Repeats, largest, lime_weights, score, sensitivity
from core.training import mask_refresh as refresh
from core.training.loop import Training
from core.training.schedule import Schedule
from tests.toys import dataset, separable, small, whole

CELLS = grid(6, 6, 2, 2)


def draw(*shape: int, seed: int = 0) -> Tensor:
    return torch.rand(*shape, generator=torch.Generator().manual_seed(seed))


def guided_batch(count: int = 12, seed: int = 3) -> Batch:
    images, labels = separable(count)
    return replace(whole(images, labels, seed), masks=CELLS.expand(count, -1, -1) == 3, others=images.roll(-1, dims=0))


@pytest.mark.parametrize("supporting", [False, True])
def test_the_score_by_plain_loops(supporting: bool) -> None:
    weights = (draw(3, 5, 7) - 0.4).numpy()
    sensitive = draw(5, 7, seed=1).numpy()
    used = np.ones((5, 7), dtype=bool)
    used[2, 5:], weights[:, 2, 5:] = False, 0.0  # LIME gives numbers that an image does not use no weight
    found = score(
        *map(torch.from_numpy, (weights, sensitive, used)), unstable=0.7, unsupported=1.3, supporting=supporting
    )
    for image in range(5):
        parts = [part for part in range(7) if used[image, part]]
        mean = [np.mean([weights[t, image, part] for t in range(3)]) for part in range(7)]
        unstable = {p: np.std([weights[t, image, p] for t in range(3)]) / np.mean(np.abs(mean)) for p in parts}
        blame = {}
        for part in parts:
            support = max(mean[part], 0) / max(mean)
            blame[part] = sorted(sensitive[image, p] for p in parts).index(sensitive[image, part]) / (len(parts) - 1)
            blame[part] *= support if supporting else 1 - support
        for part in parts:
            places = []
            for values in (unstable, blame):
                below = sum(values[other] < values[part] for other in parts)
                equal = sum(values[other] == values[part] for other in parts) - 1
                places.append((below + equal / 2) / (len(parts) - 1))
            wanted = 0.7 * places[0] + 1.3 * places[1]
            assert found[image, part].item() == pytest.approx(wanted, abs=1e-5)


def test_sensitivity_on_a_linear_model_by_hand() -> None:
    """Two classes, logits (w x, 0): |dCE/dx| = (1 - p_y) |w|, averaged in each part."""
    weight = torch.zeros(2, 1, 6, 6)
    weight[0, 0, :3, :3], weight[0, 0, 3:, 3:] = 2.0, -0.5
    model = linear(weight.tolist())
    images, labels = draw(4, 1, 6, 6), torch.tensor([0, 1, 0, 1])
    wrong = 1 - model(images).softmax(dim=1).gather(1, labels[:, None])
    found = sensitivity(model, images, labels, CELLS.expand(4, -1, -1))
    torch.testing.assert_close(found, wrong * torch.tensor([[2.0, 0.0, 0.0, 0.5]]))


def test_limes_weights_are_those_of_a_weighted_ridge_on_the_answers() -> None:
    """Three repeats written out with scikit-learn, for a class and for no class."""
    from sklearn.linear_model import Ridge

    from core.occlusion.lime_engine import closeness, draw_masks

    model, images, classes = mnist_cnn.fresh(3), draw(2, 1, 28, 28), torch.tensor([4, 7])
    parts = grid(28, 28, 3, 3).expand(2, -1, -1)
    ask = Repeats(samples=33, repeats=3, noise=0.05)
    with model.frozen():
        both = [lime_weights(model, images, target, parts, ask, 11) for target in (classes, None)]
        for repeat in range(3):
            noise = torch.randn(1, 28, 28, generator=torch.Generator().manual_seed(stream(11, "noise", repeat)))
            keep = draw_masks(33, 9, stream(11, "masks", repeat) % 2**31)
            near = closeness(keep[None].float(), torch.tensor([9]))[0]
            for image in range(2):
                moved = (images[image] + 0.05 * noise).clamp(0, 1)
                copies = torch.stack([torch.where(row[parts[image]], moved, images[image].mean()) for row in keep])
                with torch.no_grad():
                    answers, whole_answer = model(copies).softmax(1), model(moved[None]).softmax(1)
                agree = 1 - (answers - whole_answer).abs().sum(1) / 2
                for found, y in zip(both, (answers[:, classes[image]], agree), strict=True):
                    fit = Ridge(alpha=1.0).fit(keep.float().numpy(), y.numpy(), sample_weight=near.numpy())
                    np.testing.assert_allclose(found[repeat, image].numpy(), fit.coef_, atol=2e-5)


def test_agreement_by_hand() -> None:
    agree = Agreement(torch.tensor([[0.5, 0.5], [1.0, 0.0]]))
    assert agree(torch.tensor([[1.0, 0.0], [1.0, 0.0]]), torch.tensor([0, 1])).tolist() == [0.5, 1.0]


class Planted(nn.Module):
    """Class 0 is supported by the first cell; light in the fourth speaks against it, more steeply."""

    def __init__(self) -> None:
        super().__init__()
        self.scale = nn.Parameter(torch.ones(()))

    def forward(self, images: Tensor) -> Tensor:
        cells = [images[:, 0, rows, columns].mean(dim=(1, 2)) for rows in (slice(0, 3), slice(3, 6)) for columns in
                 (slice(0, 3), slice(3, 6))]  # fmt: skip
        return self.scale * torch.stack([2 * cells[0] - 3 * cells[3], torch.zeros_like(cells[0])], dim=1)


PLANTED = Classifier(Planted(), ("yes", "no"), (1, 6, 6), key="planted")
PATTERN = torch.where(CELLS == 0, 0.9, torch.where(CELLS == 3, 0.7, 0.3))


@pytest.mark.parametrize("explained", ["true", "teacher"])
def test_what_is_sensitive_without_support_is_found_and_its_opposite_by_the_opposite_polarity(explained: str) -> None:
    images = PATTERN.expand(5, 1, 6, 6).contiguous()
    batch = whole(images, torch.zeros(5, dtype=torch.long) if explained == "true" else torch.ones(5, dtype=torch.long))
    assert PLANTED.probabilities(images).argmax(dim=1).tolist() == [1] * 5
    regions = SpuriousRegions(explained=explained, instability=0.0, cells=4, noise=0.0)
    against, supporting = (
        replace(regions, polarity=each).masks(PLANTED, PLANTED, batch) for each in ("against", "supporting")
    )
    first, last = (0, 3) if explained == "true" else (3, 0)  # of class "no" the fourth cell is the support
    assert torch.equal(against, (last == CELLS).expand(5, -1, -1))
    assert torch.equal(supporting, (first == CELLS).expand(5, -1, -1))


def test_a_model_that_answers_always_the_same_gives_empty_masks_and_random_ones_do_not_care() -> None:
    silent = Classifier(Planted(), ("yes", "no"), (1, 6, 6), key="silent")
    silent.net.scale.data.zero_()
    batch = whole(*separable(6))
    for source in ("lime", "gradient"):
        masks = SpuriousRegions(source, cells=4).masks(silent, silent, batch)
        assert masks is not None
        assert not masks.any()
    masks = SpuriousRegions("random", cells=4).masks(silent, silent, batch)
    assert masks.flatten(1).float().mean(dim=1).tolist() == [0.25] * 6


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("parts", ["grid", "slic"])
def test_masks_have_the_asked_area_and_leave_the_network_alone(source: str, parts: str) -> None:
    model = mnist_cnn.fresh(1)
    model.net.train()
    images = torch.nn.functional.interpolate(draw(6, 1, 5, 5), (28, 28), mode="bilinear")
    kept = {name: value.clone() for name, value in model.net.state_dict().items()}
    masks = SpuriousRegions(source, parts=parts, cells=16, area=0.5, repeats=2).masks(
        model, model, whole(images, torch.arange(6))
    )
    if source == "none":
        assert masks is None
        return
    assert masks.dtype == torch.bool
    shares = masks.flatten(1).float().mean(dim=1)
    assert ((shares - 0.5).abs() < (1e-6 if parts == "grid" else 0.25)).all()
    assert all(module.training for module in model.net.modules())
    assert all(torch.equal(value, kept[name]) for name, value in model.net.state_dict().items())
    assert all(weight.requires_grad and weight.grad is None for weight in model.net.parameters())


@pytest.mark.parametrize("source", ["lime", "random", "gradient", "shuffled"])
def test_masks_do_not_depend_on_how_the_work_is_cut(source: str, monkeypatch: pytest.MonkeyPatch) -> None:
    made = []
    for size in (500, 7):
        monkeypatch.setattr(refresh, "PART", size)
        objective = LimeGuided(mask_source=source, cells=4, samples=9, repeats=2, first=0)
        training = Training(small(), objective, dataset(60), Schedule(batch=16, held_out=0, bf16=False, crop=0))
        next(iter(training))
        made.append(training.masks)
    assert torch.equal(*made)


def test_images_take_turns_and_the_others_keep_their_masks() -> None:
    objective = LimeGuided(mask_source="random", turns=4, every=2, first=1, cells=4)
    turns = [objective.rows(103, epoch, 5) for epoch in (1, 3, 5, 7, 9)]
    assert torch.equal(torch.cat(turns[:4]).sort().values, torch.arange(103))
    assert torch.equal(turns[0], turns[4])
    assert [objective.due(epoch) for epoch in range(4)] == [False, True, False, True]
    before = torch.ones(103, 6, 6, dtype=torch.bool)
    masks, told = refresh.refreshed(objective, small(), small(), dataset(103), before, 3, 5, make_fabric("cpu"))
    kept = torch.ones(103, dtype=torch.bool)
    kept[turns[1]] = False
    assert masks[kept].all()
    assert masks[turns[1]].flatten(1).float().mean(dim=1).tolist() == [0.25] * len(turns[1])
    assert told["drift"] == pytest.approx(0.75)
    assert told["size"] == pytest.approx(0.25)


def test_shuffled_masks_are_limes_on_other_images() -> None:
    made = []
    for source in ("lime", "shuffled"):
        objective = LimeGuided(mask_source=source, cells=9, samples=17, repeats=2)
        made.append(refresh.refreshed(objective, small(), small(), dataset(90), None, 0, 0, make_fabric("cpu"))[0])
    lime, shuffled = made
    assert not torch.equal(lime, shuffled)
    assert sorted(mask.flatten().tolist() for mask in lime) == sorted(mask.flatten().tolist() for mask in shuffled)


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


def log_probability(model: Classifier, image: Tensor, label: int) -> float:
    with torch.no_grad():
        return model(image[None]).log_softmax(dim=1)[0, label].item()


def test_the_penalty_by_brute_force_and_by_both_ways() -> None:
    model = small(2)
    model.net.double().eval()
    images, labels = separable(4)
    images, masks = images.double(), torch.stack([CELLS == 0, CELLS == 1, CELLS >= 2, CELLS > 9])
    found = exact_penalty(model, images, labels, masks)
    for image in range(3):
        total = 0.0
        for place in masks[image].flatten().nonzero().flatten().tolist():
            moved = [images[image].clone().flatten() for _ in range(2)]
            for sign, each in zip((1, -1), moved, strict=True):
                each[place] += sign * 1e-6
            up, down = (log_probability(model, each.view(1, 6, 6), int(labels[image])) for each in moved)
            total += ((up - down) / 2e-6) ** 2
        assert found[image].item() == pytest.approx(total / masks[image].sum().item(), rel=1e-4)
    assert found[3].item() == 0
    torch.testing.assert_close(
        difference_penalty(model, images, labels, masks, length=1e-5), found, rtol=1e-3, atol=1e-12
    )


def test_the_two_penalties_pull_the_weights_alike() -> None:
    """By a short step, on smooth units, in training mode: of units that switch, a step sees more than the gradient."""
    model = small(2, norm=False, dropout=0.5)
    model.net.double().train()[2] = nn.Softplus()
    images, labels = separable(32)
    masks = (CELLS == 1).expand(32, -1, -1)
    pulls = []
    for way in (exact_penalty, partial(difference_penalty, length=1e-4)):
        model.net.zero_grad()
        way(model, images.double(), labels, masks).mean().backward()
        pulls.append(torch.cat([weight.grad.flatten() for weight in model.net.parameters() if weight.grad is not None]))
    assert torch.cosine_similarity(*pulls, dim=0).item() > 0.999
    assert (pulls[0].norm() / pulls[1].norm()).item() == pytest.approx(1, abs=0.01)


@pytest.mark.parametrize("way", [exact_penalty, difference_penalty])
def test_a_penalty_leaves_modes_and_running_statistics(way: Callable[..., Tensor]) -> None:
    model = small(2, dropout=0.5)
    images, labels = separable(32)
    model.net.train()(images)
    kept = [buffer.clone() for buffer in model.net.buffers()]
    with CancelScope() as scope:
        way(model, images, labels, (CELLS == 1).expand(32, -1, -1)).mean().backward()
    assert scope.evaluations == pytest.approx(96 if way is exact_penalty else 64 + 2 / 3 * 32)
    assert all(torch.equal(old, new) for old, new in zip(kept, model.net.buffers(), strict=True))
    assert all(module.training for module in model.net.modules())
    assert model.net[1].track_running_stats


@pytest.mark.parametrize("way", [exact_penalty, difference_penalty])
def test_smaller_weights_before_a_normalisation_do_not_lower_the_penalty(way: Callable[..., Tensor]) -> None:
    """The scale of a layer that is normalised changes no answer, so it must not be a way out either."""
    model = small(2)
    images, labels = separable(32)
    model.net.train()
    first = model.net[0]
    way(model, images, labels, (CELLS == 1).expand(32, -1, -1)).mean().backward()
    along = (first.weight.grad * first.weight).sum().abs() / (first.weight.grad.norm() * first.weight.norm())
    assert along < 0.01


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


def test_without_a_class_only_the_instability_of_the_agreement_is_blamed() -> None:
    model, images = mnist_cnn.fresh(3), draw(4, 1, 28, 28)
    found = SpuriousRegions(explained="free", instability=1.0, repeats=4).masks(
        model, model, whole(images, torch.arange(4), seed=9)
    )
    parts = grid(28, 28, 4, 4).expand(4, -1, -1)
    with model.frozen():
        weights = lime_weights(model, images, None, parts, Repeats(repeats=4), 9)
    spread = weights.std(dim=0, correction=0).argsort(dim=1, descending=True)[:, :4]
    for image in range(4):
        assert found[image].unique().tolist() == [False, True]
        assert set(parts[image][found[image]].tolist()) == set(spread[image].tolist())


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
    batch = training.feed.batch(1, None)
    torch.testing.assert_close(batch.others, batch.images.roll(-1, dims=0))
    assert (
        Training(small(), LimeGuided(fill="mean", masking=0.5), dataset(60), Schedule(batch=20, held_out=0))
        .feed.batch(0, None)
        .others
        is None
    )


def test_blur_and_noise_and_mean_stay_in_range_and_keep_what_they_should() -> None:
    batch = guided_batch()
    for kind in ("mean", "blur", "noise"):
        filled = fill(batch, kind)
        assert 0 <= filled.min() <= filled.max() <= 1
    torch.testing.assert_close(fill(batch, "mean")[:, 0, 0, 0], batch.images.mean(dim=(1, 2, 3)))
    flat = replace(batch, images=torch.full_like(batch.images, 0.3))
    torch.testing.assert_close(fill(flat, "blur"), flat.images)


def test_the_leak_meter_sees_a_leak_and_only_a_leak() -> None:
    labels = torch.arange(3000) % 10
    cells = grid(32, 32, 4, 4)
    random = cells[None] == torch.randint(0, 16, (3000, 1, 1), generator=torch.Generator().manual_seed(0))
    told = mask_leakage(random, labels)
    assert told["leak_low"] < told["chance"] < told["leak_high"] + 0.02
    assert 0.1 <= told["chance"] < 0.13
    given_away = random.clone()
    given_away[::4] = cells[None] == labels[::4, None, None]  # a quarter of the masks tell
    told = mask_leakage(given_away, labels)
    assert told["leak_low"] > 0.2
    assert told["leak"] < 0.5
    both = (cells[None] == labels[:, None, None] % 4) ^ (cells[None] == (labels[:, None, None] // 4) + 8)
    assert mask_leakage(both, labels)["leak"] > 0.95
    assert mask_leakage(random[:20], labels[:20]) == {}


@pytest.mark.parametrize("part", [1, 3, 1000])
def test_mask_numbers_by_hand(part: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.spurious.mask_statistics.PART", part)
    masks = torch.zeros(4, 2, 2, dtype=torch.bool)
    masks[0, 0, 0] = masks[1, 0, 0] = masks[1, 0, 1] = masks[2, 1, 1] = True
    before = torch.zeros_like(masks)
    before[0, 0, 0] = before[1, 0, 1] = True
    told = mask_statistics(masks, before)
    assert told["size"] == 4 / 16
    assert told["empty"] == 0.25
    assert told["drift"] == 1 - (1 + 0.5) / 2
    assert told["overlap"] == (0.5 + 0 + 0 + 0) / 4
    assert "drift" not in mask_statistics(masks, None)


class Largest(TorchDispatchMode):
    """The most bytes that one tensor takes which an operation returns."""

    bytes = 0

    def __torch_dispatch__(self, function: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        made = function(*args, **(kwargs or {}))
        if isinstance(made, Tensor):
            self.bytes = max(self.bytes, made.numel() * made.element_size())
        return made


@pytest.mark.parametrize("asked", [mask_leakage, mask_statistics])
def test_a_stop_ends_what_is_said_of_masks(asked: Callable[[Tensor, Any], object]) -> None:
    masks = torch.zeros(60, 4, 4, dtype=torch.bool)
    with CancelScope() as scope, pytest.raises(Cancelled):
        scope.stop()
        asked(masks, masks if asked is mask_statistics else torch.zeros(60, dtype=torch.long))


def test_what_is_said_of_masks_takes_little_more_memory_than_they_do() -> None:
    masks, labels = torch.rand(2000, 32, 32) < 0.2, torch.arange(2000) % 10
    with Largest() as seen:
        mask_statistics(masks, masks)
        mask_leakage(masks, labels)
    assert 0 < seen.bytes <= masks.numel()


def test_a_weight_for_some_loss_is_needed() -> None:
    with pytest.raises(ValueError, match="expected a weight above 0"):
        LimeGuided(adversarial=0.0, clean=0.0)
    loss, parts = LimeGuided(adversarial=0.0, clean=1.0, masking=0.0)(small(), whole(*separable(8)))
    assert math.isfinite(loss.item())
    assert set(parts) == {"clean"}


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


def test_neither_none_nor_all_of_an_image_is_called_spurious() -> None:
    values, used = draw(6, 4), torch.ones(6, 4, dtype=torch.bool)
    assert largest(values, used, 0.95).sum(dim=1).tolist() == [3] * 6
    assert largest(values, used, 0.05).sum(dim=1).tolist() == [1] * 6
    assert not largest(values[:, :1], used[:, :1], 0.5).any()


@pytest.mark.parametrize(
    "asked", [{"instability": 1.0, "repeats": 1}, {"irrelevance": 0.0}, {"explained": "free"}], ids=str
)
def test_settings_that_leave_nothing_to_blame_are_refused(asked: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="instability"):
        LimeGuided(**asked)  # type: ignore[arg-type]
    LimeGuided(mask_source="random", **asked)  # type: ignore[arg-type]
