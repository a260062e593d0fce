"""The Wasserstein barycentre against what is known of it and against a plain Sinkhorn iteration."""

import pytest
import torch
from torch import Tensor

from core.explainers._wasserstein_barycentre import barycentre


def spot(place: float, size: int = 32, width: float = 1.5) -> Tensor:
    rows, columns = torch.arange(size)[:, None], torch.arange(size)
    return (-((rows - size / 2) ** 2 + (columns - place) ** 2) / (2 * width**2)).exp()


def across(values: Tensor) -> tuple[float, float]:
    """Mean and standard deviation of the columns' mass."""
    mass = values.sum(dim=0) / values.sum()
    places = torch.arange(len(mass), dtype=mass.dtype)
    mean = (mass * places).sum()
    return mean.item(), (mass * (places - mean) ** 2).sum().sqrt().item()


def test_the_barycentre_of_two_spots_is_one_spot_between_them() -> None:
    maps = torch.stack([spot(10), spot(22)])
    place, width = across(barycentre(maps))
    assert place == pytest.approx(16, abs=0.01)
    assert width == pytest.approx(1.7, abs=0.06)
    assert across(maps.mean(dim=0))[1] == pytest.approx(6.2, abs=0.05)
    assert across(barycentre(maps, torch.tensor([3.0, 1.0])))[0] == pytest.approx(13, abs=0.05)


def test_the_barycentre_minimises_the_entropic_cost() -> None:
    """On four points, no distribution near it is cheaper; the cost comes from a plain Sinkhorn on the full matrix."""
    generator = torch.Generator().manual_seed(0)
    maps = torch.rand(2, 1, 4, generator=generator, dtype=torch.float64) + 0.1
    maps = maps / maps.sum(dim=(1, 2), keepdim=True)
    reg, places = 0.2, torch.linspace(0, 1, 4, dtype=torch.float64)
    expense = (places[:, None] - places) ** 2

    def cost(b: Tensor) -> float:
        total = 0.0
        for target in maps[:, 0]:
            kernel, u = (-expense / reg).exp(), torch.ones(4, dtype=torch.float64)
            for _ in range(3000):
                v = target / (kernel.T @ u)
                u = b / (kernel @ v)
            plan = u[:, None] * kernel * v
            total += (plan * expense).sum().item() + reg * (plan * plan.log()).sum().item()
        return total

    best = barycentre(maps, reg=reg, steps=5000, tolerance=1e-14)[0]
    least = cost(best)
    for _ in range(20):
        nearby = (best * (0.02 * torch.randn(4, generator=generator, dtype=torch.float64)).exp()).clamp_min(1e-9)
        assert cost(nearby / nearby.sum()) > least


def test_the_barycentre_survives_distant_mass_and_refuses_none() -> None:
    maps = torch.zeros(2, 64, 64)
    maps[0, 0, 0], maps[1, 63, 63] = 1, 1
    found = barycentre(maps)
    assert found.sum().item() == pytest.approx(1)
    assert divmod(int(found.argmax()), 64)[0] in (31, 32)
    with pytest.raises(ValueError, match="with some mass"):
        barycentre(torch.zeros(2, 4, 4))


def test_is_what_pot_computes() -> None:
    """With POT 0.9.7, maps (3, 5, 4) as below but of sum 1 each, and weights 0.5, 0.25, 0.25:

    ot.bregman.convolutional_barycenter2d(maps, 0.02, weights=weights, stopThr=1e-13, numItermax=100000)
    """
    pot = torch.tensor(
        [[0.014087, 0.070888, 0.049682, 0.024845], [0.049329, 0.038345, 0.063014, 0.050490],
         [0.083513, 0.058150, 0.051663, 0.036561], [0.040659, 0.031229, 0.065915, 0.054288],
         [0.072030, 0.042282, 0.032625, 0.070404]], dtype=torch.float64,
    )  # fmt: skip
    y, x = torch.arange(5)[:, None], torch.arange(4)
    maps = torch.stack([1 + (3 * y + 5 * x + k * x * y) % 7 for k in range(3)]).double()
    weights = torch.tensor([0.5, 0.25, 0.25])
    found = barycentre(maps, weights, reg=0.02, steps=20000, tolerance=1e-14)
    torch.testing.assert_close(found, pot, atol=1e-6, rtol=0)
    torch.testing.assert_close(barycentre(maps, weights, reg=0.02), pot, atol=1e-4, rtol=0)
