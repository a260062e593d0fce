"""The penalty on gradients inside masks: by brute force, both ways alike, leaving the network as it was."""

from collections.abc import Callable
from functools import partial

import pytest
import torch
from torch import Tensor, nn

from core.base.cancellation import CancelScope
from core.contracts.classifier import Classifier
from core.objectives._gradient_penalty import difference_penalty, exact_penalty, mean_penalty
from tests.toys import CELLS, separable, small, whole


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


def test_the_mean_over_a_batch_is_that_of_the_rows_drawn_over_how_many_are_expected() -> None:
    model = small(2)
    model.net.eval()
    images, labels = separable(40)
    batch, masks = whole(images, labels, seed=5), (CELLS == 0).expand(40, -1, -1)
    drawn = batch.draw("penalised", lambda shape, draws: torch.rand(shape, generator=draws), ())
    rows = drawn < 0.3
    assert 0 < rows.sum() < 40
    expected = exact_penalty(model, images[rows], labels[rows], masks[rows]).sum() / (0.3 * 40)
    found = mean_penalty("exact", model, batch, masks, 0.3)
    torch.testing.assert_close(found.detach(), expected.detach(), rtol=1e-4, atol=1e-9)
