"""Where an inner maximisation begins: one draw, whoever asks for it."""

import math

import pytest
import torch

from core.contracts.ascend import random_start
from core.contracts.batch import Batch, stream


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
