"""The signature with a graph: exact where it can be worked out, differentiable where the network bends."""

import pytest
import torch
from torch import Tensor, nn

from core.base.cancellation import CancelScope
from core.contracts.classifier import Classifier
from core.contracts.toy_models import checkers, linear, quadrant
from core.detection.adaptive.differentiable_signature import Surrogate, faithfulness
from core.detection.adaptive.smoothed_relus import SmoothedReLUs
from core.explainers.integrated_gradients import IntegratedGradients
from tests.toys import draw

WEIGHT = torch.tensor([[[[2.0, -1.0], [0.5, 3.0]]] * 2, [[[-1.0, 4.0], [1.0, 0.0]]] * 2])  # (K, C, H, W)


def bent(seed: int = 0) -> Classifier:
    """A network with two layers of ReLUs, in double precision."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        net = nn.Sequential(
            nn.Conv2d(2, 4, 2), nn.ReLU(), nn.Conv2d(4, 4, 2), nn.ReLU(inplace=True), nn.Flatten(), nn.Linear(16, 3)
        )
    return Classifier(net.double(), ("a", "b", "c"), (2, 4, 4), key="bent")


def test_of_a_linear_model_it_is_the_weight_times_the_change_exactly() -> None:
    model = linear(WEIGHT.tolist())
    images, others, classes = draw(5, 2, 2, 2), draw(3, 2, 2, 2, seed=1), torch.tensor([0, 1, 1, 0, 1])
    wanted = (WEIGHT[classes] * (images - others.mean(dim=0))).sum(dim=1)
    for steps in (1, 2, 5):
        torch.testing.assert_close(Surrogate(others, steps=steps)(model, images, classes), wanted)


def test_its_gradient_on_a_linear_model_is_the_weight() -> None:
    model, images = linear(WEIGHT.tolist()), draw(2, 2, 2, 2).requires_grad_(True)
    maps = Surrogate(draw(3, 2, 2, 2, seed=1))(model, images, torch.tensor([0, 1]))
    (slope,) = torch.autograd.grad(maps.sum(), images)
    torch.testing.assert_close(slope, WEIGHT)


@pytest.mark.parametrize("beta", [2.0, 8.0])
def test_the_gradient_of_a_score_on_it_agrees_with_central_differences(beta: float) -> None:
    model, others = bent(), draw(2, 2, 4, 4, seed=1).double()
    images, classes, wanted = draw(2, 2, 4, 4).double(), torch.tensor([2, 0]), draw(4, 4, seed=2).double() - 0.5
    surrogate = Surrogate(others, steps=3, smooth=beta)

    def score(at: Tensor) -> Tensor:
        return (surrogate(model, at, classes) * wanted).sum() + surrogate(model, at, classes).square().sum()

    at = images.clone().requires_grad_(True)
    (slope,) = torch.autograd.grad(score(at), at)
    for place in range(0, images.numel(), 3):
        nudge = torch.zeros_like(images).flatten()
        nudge[place] = 1e-5
        nudge = nudge.view_as(images)
        rise = (score(images + nudge) - score(images - nudge)) / 2e-5
        assert slope.flatten()[place].item() == pytest.approx(rise.item(), rel=1e-6, abs=1e-9)


def test_without_smoothing_a_relu_network_shows_nothing_but_the_factor_of_the_change() -> None:
    model, others = bent(), torch.zeros(1, 2, 4, 4, dtype=torch.float64)
    images = draw(1, 2, 4, 4).double().requires_grad_(True)
    found = {}
    for beta in (0.0, 2.0):
        maps = Surrogate(others, steps=4, smooth=beta)(model, images, torch.tensor([1]))
        (slope,) = torch.autograd.grad(maps.sum(), images)
        found[beta] = (slope * images).sum(dim=1) - maps  # the factor's share is the mean slope: maps / change
    assert found[0.0].abs().max() < 1e-12
    assert found[2.0].abs().max() > 1e-4


def test_the_values_add_up_to_the_logit_less_the_mean_logit_of_the_backgrounds() -> None:
    model, others = bent(), draw(4, 2, 4, 4, seed=1).double()
    images, classes = draw(3, 2, 4, 4).double(), torch.tensor([0, 1, 2])
    with torch.no_grad():
        wanted = model(images).gather(1, classes[:, None])[:, 0] - model(others).mean(dim=0)[classes]
    maps = Surrogate(others, steps=200, smooth=0.0)(model, images, classes)
    torch.testing.assert_close(maps.sum(dim=(1, 2)).detach(), wanted, atol=2e-3, rtol=0)


def test_neither_the_network_nor_what_it_answers_is_changed() -> None:
    model, images = bent(), draw(3, 2, 4, 4).double()
    before = model(images).detach()
    Surrogate(draw(1, 2, 4, 4).double(), smooth=1.0)(model, images, torch.tensor([0, 1, 2]))
    assert torch.equal(model(images), before)
    assert [type(each) for each in model.net][1] is nn.ReLU
    assert all(weight.grad is None and weight.requires_grad for weight in model.net.parameters())


def test_a_sharper_bend_is_nearer_to_the_network() -> None:
    model, images, classes = bent(), draw(4, 2, 4, 4).double(), torch.tensor([0, 1, 2, 0])
    others = draw(2, 2, 4, 4, seed=1).double()
    sharp = Surrogate(others, smooth=0.0)(model, images, classes)
    off = [(Surrogate(others, smooth=beta)(model, images, classes) - sharp).norm() for beta in (2.0, 20.0, 200.0)]
    assert off[0] > off[1] > off[2]


def test_it_asks_about_the_points_that_are_drawn_and_on_average_finds_the_same() -> None:
    model, images, classes = bent(), draw(2, 2, 4, 4).double(), torch.tensor([0, 1])
    surrogate, draws = Surrogate(draw(6, 2, 4, 4, seed=1).double(), drawn=3), torch.Generator().manual_seed(0)
    with CancelScope() as scope:
        some = [surrogate(model, images, classes, draws).detach() for _ in range(400)]
    assert scope.queries == 400 * 2 * 3
    whole = surrogate(model, images, classes).detach()
    assert not torch.allclose(some[0], whole)
    torch.testing.assert_close(torch.stack(some).mean(dim=0), whole, atol=0.05 * whole.abs().max().item(), rtol=0)


def test_every_background_has_its_own_places_at_equal_distances() -> None:
    others, places = Surrogate(torch.arange(3.0).view(3, 1, 1, 1), steps=2).points()
    assert others.flatten().tolist() == [0.0, 0.0, 1.0, 1.0, 2.0, 2.0]
    torch.testing.assert_close(places[1::2] - places[::2], torch.full((3,), 0.5))


def test_many_backgrounds_with_a_place_each_cover_the_way_between() -> None:
    places = Surrogate(torch.zeros(24, 1, 1, 1)).points()[1].sort().values
    assert places[0] < 0.1
    assert places[-1] > 0.9
    assert places.diff().max() < 0.1


def test_faithfulness_is_the_correlation_with_the_real_map() -> None:
    model, images = quadrant(size=8), (draw(4, 3, 8, 8) + checkers(8).clamp(min=0)) / 2
    answers = model.probabilities(images).argmax(dim=1)
    real = IntegratedGradients(steps=64)(model, images, answers).values
    surrogate = Surrogate(torch.zeros(1, 3, 8, 8), steps=16, smooth=0.0)
    made = surrogate(model, images, answers).detach()
    found = faithfulness(surrogate, model, images, real, batch=3)
    pairs = [torch.stack([one.flatten(), other.flatten()]) for one, other in zip(made, real, strict=True)]
    assert found.min() > 0.99
    assert found.tolist() == pytest.approx([torch.corrcoef(pair)[0, 1].item() for pair in pairs], abs=1e-5)
    assert faithfulness(surrogate, model, images, 1 - 3 * made).tolist() == pytest.approx([-1.0] * 4)
    assert faithfulness(surrogate, model, images, torch.zeros_like(made)).isnan().all()


def test_every_way_to_write_a_relu_is_smoothed() -> None:
    x, f = torch.linspace(-2, 8, 11), nn.functional
    soft = f.softplus(x, beta=3.0)
    with SmoothedReLUs(3.0):
        same = [
            nn.ReLU()(x),
            nn.ReLU(inplace=True)(x.clone()),
            f.relu(x),
            x.relu(),
            torch.relu(x),
            f.relu(x.clone(), True),
        ]
        kept = x.clone()
        torch.relu_(kept)
        six, clipped, leaky = nn.ReLU6()(x), f.relu6(x), nn.LeakyReLU(0.2)(x)
        others = f.gelu(x)
    assert all(torch.equal(each, soft) for each in [*same, kept])
    torch.testing.assert_close(six, soft - f.softplus(x - 6, beta=3.0))
    torch.testing.assert_close(clipped, six)
    torch.testing.assert_close(leaky, 0.2 * x + 0.8 * soft)
    assert torch.equal(others, f.gelu(x))
    assert torch.equal(f.relu(x), x.clamp(min=0))


def test_what_makes_no_sense_is_refused() -> None:
    with pytest.raises(ValueError, match="backgrounds"):
        Surrogate(torch.zeros(0, 1, 2, 2))
    with pytest.raises(ValueError, match="smoothing"):
        Surrogate(torch.zeros(1, 1, 2, 2), smooth=-1.0)
    with pytest.raises(ValueError, match="signatures"):
        faithfulness(Surrogate(torch.zeros(1, 3, 8, 8)), quadrant(size=8), draw(2, 3, 8, 8), torch.zeros(2, 4, 4))
