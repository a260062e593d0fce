"""The largest eigenvalue beside that of the dense Hessian."""

import pytest
import torch
from torch import Tensor, nn

from core.base.rng import seeded
from core.gradient_masking.hessian import largest_eigenvalue


def tiny() -> nn.Module:
    with seeded(3):
        net = nn.Sequential(nn.Flatten(), nn.Linear(9, 12), nn.Tanh(), nn.Linear(12, 3))
    with torch.no_grad():
        for weight in net.parameters():
            weight *= 3
    return net.double()


def test_it_is_the_dense_hessians() -> None:
    net = tiny()
    images = torch.rand(6, 1, 3, 3, generator=torch.Generator().manual_seed(0)).double()
    labels = torch.arange(6) % 3

    def loss(x: Tensor) -> Tensor:
        return nn.functional.cross_entropy(net(x), labels[: len(x)], reduction="none")

    found = largest_eigenvalue(loss, images, iterations=400, generator=torch.Generator().manual_seed(0))
    for place in range(6):

        def one(flat: Tensor, place: int = place) -> Tensor:
            return nn.functional.cross_entropy(net(flat.view(1, 1, 3, 3)), labels[place : place + 1])

        dense = torch.autograd.functional.hessian(one, images[place].flatten())
        values = torch.linalg.eigvalsh(dense)
        extreme = values[values.abs().argmax()]
        assert found[place].item() == pytest.approx(extreme.item(), rel=1e-3)
    assert (found > 0).any()


def test_images_do_not_mix_and_what_does_not_bend_has_none() -> None:
    def loss(x: Tensor) -> Tensor:
        return torch.tensor([1.0, -3.0, 0.0]) * x.flatten(1).square().sum(dim=1)

    assert largest_eigenvalue(loss, torch.rand(3, 1, 2, 2)).tolist() == pytest.approx([2.0, -6.0, 0.0])
    assert largest_eigenvalue(lambda x: x.flatten(1).sum(dim=1), torch.rand(2, 1, 2, 2)).tolist() == [0.0, 0.0]
