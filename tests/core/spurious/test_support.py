"""LIME's weights as maps: their mean over what is visible is what LIME's linear model predicts; asked of a network."""

import pytest
import torch
from torch import Tensor

from core.contracts.toy_models import linear
from core.occlusion.superpixels import grid
from core.spurious.support import FLOOR, asked_support, instability_map, support_map, visible_support
from tests.toys import draw, separable, small

PARTS = grid(7, 5, 3, 2)  # cells of unequal size


def lime(repeats: int = 3, images: int = 5) -> tuple[Tensor, Tensor]:
    weights = draw(repeats, images, 6, seed=1) - 0.3
    return weights, PARTS.expand(images, -1, -1)


def test_the_mean_over_what_is_visible_is_what_the_linear_model_predicts() -> None:
    weights, parts = lime()
    maps = support_map(weights, parts)
    assert (weights.mean(dim=0).sum(dim=1) > FLOOR).all()
    torch.testing.assert_close(maps.mean(dim=(1, 2)), torch.ones(5))
    for seed in range(4):
        shown = draw(6, seed=seed) < 0.5
        for row in range(5):
            mean = weights[:, row].double().mean(dim=0)
            wanted = (mean[shown].sum() / mean.sum()).clamp(0, 1)
            found = visible_support(maps[row : row + 1], shown[PARTS][None])
            assert found.item() == pytest.approx(wanted.item(), abs=1e-5)


def test_every_cell_is_spread_evenly_over_its_pixels() -> None:
    weights, parts = lime()
    maps = support_map(weights, parts)
    for row in range(5):
        for cell in range(6):
            values = maps[row][cell == PARTS]
            share = weights[:, row, cell].mean() / weights[:, row].mean(dim=0).sum()
            torch.testing.assert_close(values, (share * 35 / len(values)).expand_as(values))


def test_where_lime_tells_nothing_the_map_is_even() -> None:
    weights, parts = lime()
    weights[:, 1] = torch.tensor([0.3, -0.3, 0.2, -0.2, 0.0, FLOOR - 0.001])
    weights[:, 2] = -weights[:, 2]  # it speaks against the class
    maps = support_map(weights, parts)
    assert torch.equal(maps[[1, 2]], torch.ones(2, 7, 5))
    assert not (maps[[0, 3, 4]] == 1).all(dim=(1, 2)).any()


def test_instability_is_the_spread_over_repeats() -> None:
    weights, parts = lime()
    maps = instability_map(weights, parts)
    spread = weights.double().var(dim=0, unbiased=False).sqrt()
    for row in range(5):
        each = spread[row][PARTS]
        torch.testing.assert_close(maps[row], (each / each.mean()).float(), rtol=1e-4, atol=1e-5)
    assert torch.equal(instability_map(weights[:1], parts), torch.ones(5, 7, 5))  # a single repeat shows nothing


def test_asked_of_a_network_by_hand() -> None:
    """Logits (4 x1, 0): p(image) = s(4 x1); the mean of a pixel of 1 and one of 0 is a half, so p(empty) = s(2)."""
    model = linear([[[[4.0, 0.0]]], [[[0.0, 0.0]]]])
    images = torch.tensor([[[[1.0, 0.0]]]]).expand(3, -1, -1, -1)
    shown = torch.tensor([[[[0.75, 0.0]]], [[[0.5, 0.0]]], [[[0.0, 0.0]]]])
    whole, some, empty = (torch.tensor(each).sigmoid().item() for each in (4.0, 3.0, 2.0))
    found = asked_support(model, images, shown, torch.full((3,), 0.7))
    assert found.tolist() == pytest.approx([(some - empty) / (whole - empty), 0.0, 0.0], abs=1e-5)
    level = torch.full((1, 1, 1, 2), 0.5)  # nothing to lose
    assert asked_support(model, level, shown[:1], torch.tensor([0.7])).item() == pytest.approx(0.7)


def test_asking_changes_nothing_in_the_network() -> None:
    network = small(3)
    network.net.train()
    before = {name: value.clone() for name, value in network.net.state_dict().items()}
    images, _ = separable(6)
    found = asked_support(network, images, images, torch.ones(6))
    torch.testing.assert_close(found, torch.ones(6))  # all of it is visible
    assert all(module.training for module in network.net.modules())
    assert all(torch.equal(value, before[name]) for name, value in network.net.state_dict().items())
