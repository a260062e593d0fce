"""Where an inner maximisation begins: one draw, whoever asks for it."""

import math

import pytest
import torch

from core.contracts.ascend import ascend, project, random_start
from core.contracts.batch import Batch, stream
from core.contracts.toy_models import linear


@pytest.mark.parametrize("seed", [0, 1, 2**31 - 1])
def test_a_batch_begins_where_an_attack_does_that_draws_from_its_stream(seed: int) -> None:
    images = torch.rand(5, 3, 4, 4, generator=torch.Generator().manual_seed(seed))
    batch = Batch(images, torch.arange(5), torch.arange(5), seed, 0, 5)
    wanted = random_start(images, 0.1, math.inf, torch.Generator().manual_seed(stream(seed, "start")))
    assert torch.equal(batch.start(0.1), wanted)
    assert torch.equal(batch.rows(2, 4).start(0.1), wanted[2:4])


@pytest.mark.parametrize("norm", [math.inf, 2])
def test_a_random_start_lies_in_the_ball_and_fills_it(norm: float) -> None:
    images = torch.full((500, 1, 2, 2), 0.5)
    change = (random_start(images, 0.2, norm, torch.Generator().manual_seed(3)) - images).flatten(1)
    length = change.norm(dim=1, p=norm)
    assert 0.19 < length.max() <= 0.2 + 1e-6
    assert length.min() < 0.1
    assert change.mean().abs() < 0.02


def test_the_numbers_of_a_seed_stay() -> None:
    """Drawn before the starts of attacks and of batches were one function."""
    start = random_start(torch.full((1, 1, 1, 2), 0.5), 0.1, math.inf, torch.Generator().manual_seed(0))
    drawn = torch.empty(1, 1, 1, 2).uniform_(-0.1, 0.1, generator=torch.Generator().manual_seed(0))
    assert torch.equal(start, 0.5 + drawn)


def test_a_map_bounds_every_value_by_its_own_number() -> None:
    images, far = torch.rand(6, 3, 4, 4), torch.randn(6, 3, 4, 4)
    bounds = 0.2 * torch.rand(6, 1, 4, 4)
    found = project(images + far, images, bounds, math.inf)
    for place in torch.cartesian_prod(*map(torch.arange, images.shape)).tolist():
        image, _, row, column = place
        value, bound = images[tuple(place)].item(), bounds[image, 0, row, column].item()
        wanted = min(max(value + far[tuple(place)].item(), value - bound), value + bound)
        assert found[tuple(place)].item() == pytest.approx(min(max(wanted, 0), 1), abs=1e-6)
    for even in (0.1, 8 / 255):
        one, other = (project(images + far, images, eps, math.inf) for eps in (even, torch.full((6, 1, 4, 4), even)))
        assert torch.equal(one, other)


def test_an_ascent_in_a_map_reaches_the_corner_of_its_box() -> None:
    """On a linear model, where the way up is known; one number everywhere makes it the ascent in a cube, bit by bit."""
    weight = torch.randn(2, 1, 4, 4, generator=torch.Generator().manual_seed(1))
    model, images, labels = linear(weight.tolist()), torch.rand(5, 1, 4, 4), torch.arange(5) % 2
    bounds = 0.3 * torch.rand(5, 1, 4, 4)

    def loss(x: torch.Tensor) -> torch.Tensor:
        return model(x).gather(1, 1 - labels[:, None])[:, 0] - model(x).gather(1, labels[:, None])[:, 0]

    uphill = (weight[1 - labels] - weight[labels]).sign()
    found = ascend(loss, images, eps=bounds, step=0.1, steps=4)
    torch.testing.assert_close(found, (images + uphill * bounds).clamp(0, 1))
    level = torch.full((5, 1, 4, 4), 0.07)
    one, other = (ascend(loss, images, eps=eps, step=0.02, steps=3) for eps in (0.07, level))
    assert torch.equal(one, other)
    with pytest.raises(ValueError, match="expected a number as the bound in norm 2, got a map"):
        ascend(loss, images, eps=bounds, step=0.1, steps=1, norm=2)


def test_a_start_in_a_map_fills_the_box_whoever_has_which_rows() -> None:
    images = torch.full((400, 1, 2, 2), 0.5)
    bounds = torch.tensor([[0.2, 0.1], [0.0, 0.05]]).expand(400, 1, 2, 2)
    batch = Batch(images, torch.zeros(400).long(), torch.arange(400), 3, 0, 400)
    found = batch.start(bounds) - images
    assert (found.abs() <= bounds + 1e-6).all()
    torch.testing.assert_close(found.abs().amax(dim=0)[0], bounds[0, 0], rtol=0.02, atol=1e-6)
    assert found.mean(dim=0).abs().max() < 0.02
    assert torch.equal(batch.rows(5, 9).start(bounds[5:9]), batch.start(bounds)[5:9])
    torch.testing.assert_close(batch.start(torch.full((400, 1, 2, 2), 0.1)), batch.start(0.1))
