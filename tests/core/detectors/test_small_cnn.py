"""The network of the detectors: its learning by a loop written out here, its sizes, its standardisation."""

import pytest
import torch
from torch import Tensor
from torch.nn import functional

from core.base.rng import seeded
from core.contracts.batch import stream
from core.detectors._small_cnn import BATCH, Network, SmallCnn, learned, standard, standardised
from tests.toys import draw


def test_learning_is_weighted_cross_entropy_descended_by_adam() -> None:
    """The same steps by hand, on two batches of an epoch; there are three times as many attacked ones."""
    values, attacked = draw(2 * BATCH, 1, 6, 6) - 0.5, torch.arange(2 * BATCH) % 4 > 0
    found = learned(values, attacked, width=2, rate=0.01, epochs=1, seed=5)
    with seeded(5):
        net = SmallCnn(1, 2)
    descent = torch.optim.Adam(net.parameters(), lr=0.01)
    order = torch.randperm(2 * BATCH, generator=torch.Generator().manual_seed(stream(5, "detector")))
    scale = values.square().mean().sqrt()
    for rows in (order[:BATCH], order[BATCH:]):
        logits, terms = net(values[rows] / scale), []
        for logit, which in zip(logits, attacked[rows].tolist(), strict=True):
            p = logit.sigmoid()
            terms.append(-p.log() * (2 / 3) if which else -(1 - p).log() * 2)
        descent.zero_grad()
        torch.stack(terms).mean().backward()  # type: ignore[no-untyped-call]
        descent.step()
    for name, value in net.state_dict().items():
        torch.testing.assert_close(found[name], value, rtol=1e-3, atol=1e-5)


@pytest.mark.parametrize("size", [(1, 1, 1), (1, 5, 3), (1, 28, 28), (3, 32, 32), (3, 224, 224)])
def test_it_reads_any_size(size: tuple[int, int, int]) -> None:
    values = draw(4, *size)
    tensors = learned(values, torch.tensor([True, False, True, False]), width=2, rate=1e-3, epochs=1, seed=0)
    network = Network(tensors)
    assert network.channels == size[0]
    assert network.scores(values).isfinite().all()


def test_a_28_x_28_map_is_pooled_twice_by_two() -> None:
    net, values = SmallCnn(1, 2), draw(1, 1, 28, 28)
    half = functional.max_pool2d(net.first(values).relu(), 2)
    quarter = functional.max_pool2d(net.second(half).relu(), 2)
    assert quarter.shape == (1, 4, 7, 7)
    assert torch.equal(net(values), net.last(net.third(quarter.flatten(1)).relu())[:, 0])


@pytest.mark.parametrize("logarithm", [False, True])
def test_one_scale_for_all_pixels_and_a_value_keeps_its_sign(logarithm: bool) -> None:
    values = torch.randn(50, 1, 4, 4, generator=torch.Generator().manual_seed(0)) * 30 + 5
    by = standard(values, logarithm)
    found = standardised(values, by)
    assert torch.equal(found.sign(), values.sign())
    assert float(found.square().mean()) == pytest.approx(1, rel=1e-4)
    order = values.flatten().argsort()
    assert (found.flatten()[order].diff() >= 0).all()
    assert torch.equal(standardised(torch.zeros(3), by), torch.zeros(3))


@pytest.mark.parametrize("logarithm", [False, True])
def test_a_map_in_other_units_gives_the_same_scores(logarithm: bool) -> None:
    values, attacked = draw(40, 1, 6, 6) - 0.5, torch.arange(40) >= 20
    scores = []
    for factor in (1.0, 1024.0):
        tensors = learned(values * factor, attacked, width=2, rate=1e-2, epochs=2, seed=0, logarithm=logarithm)
        scores.append(Network(tensors).scores(values * factor))
    torch.testing.assert_close(*scores, rtol=1e-3, atol=1e-4)


def test_maps_that_are_all_zero_can_be_learned_from() -> None:
    values = torch.zeros(8, 1, 6, 6)
    for logarithm in (False, True):
        tensors = learned(values, torch.arange(8) > 3, width=2, rate=1e-3, epochs=1, seed=0, logarithm=logarithm)
        assert Network(tensors).scores(values).isfinite().all()


def test_the_gradient_is_right_where_a_map_is_zero() -> None:
    """An attacker who knows starts from maps with many zeros: their gradient must not vanish there."""
    by = torch.tensor([0.1, 2.0])
    value = torch.zeros(3, requires_grad=True)
    (gradient,) = torch.autograd.grad(standardised(value, by).sum(), value)
    torch.testing.assert_close(gradient, torch.full((3,), 1 / (0.1 * 2.0)))


def test_images_of_another_number_of_channels_are_refused() -> None:
    tensors = learned(draw(4, 3, 6, 6), torch.arange(4) > 1, width=2, rate=1e-3, epochs=1, seed=0)
    with pytest.raises(ValueError, match="reads 3 channels"):
        Network(tensors).scores(draw(2, 1, 6, 6))


def test_what_divides_must_be_above_zero() -> None:
    tensors: dict[str, Tensor] = learned(draw(4, 1, 6, 6), torch.arange(4) > 1, width=2, rate=1e-3, epochs=1, seed=0)
    with pytest.raises(ValueError, match="divides by"):
        Network(tensors | {"standard": torch.tensor([0.0, 0.0])})
