"""SCORPIO: the quadratic model against whole Hessians, its worst case against every corner, masks, and the estimate."""

import itertools
from dataclasses import replace

import pytest
import torch
from captum.attr import IntegratedGradients
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from core.contracts.classifier import Classifier
from core.objectives._quadratic_model import worst_case
from core.objectives._salience import integrated_gradients, most
from core.objectives.scorpio import Scorpio
from tests.toys import separable, small, whole

EPS = 0.2


def tiny(smooth: bool = False, kinds: int = 3) -> Classifier:
    """A network of nine pixels in double precision, whose weights are drawn large enough to curve."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(5)
        bend: nn.Module = nn.Softplus(beta=3) if smooth else nn.ReLU()
        net = nn.Sequential(nn.Flatten(), nn.Linear(9, 12), bend, nn.Linear(12, kinds)).double()
        for weight in net.parameters():
            weight.data.mul_(3)
    return Classifier(net, tuple(map(str, range(kinds))), (1, 3, 3))


def loss_of(classifier: Classifier, label: int) -> object:
    return lambda flat: cross_entropy(classifier(flat.view(1, 1, 3, 3)), torch.tensor([label]))


def model(classifier: Classifier, image: Tensor, label: int) -> tuple[Tensor, Tensor]:
    """(g (9,), H (9, 9)) by torch's own whole Hessian."""
    loss = loss_of(classifier, label)
    flat = image.flatten()
    return torch.autograd.functional.jacobian(loss, flat), torch.autograd.functional.hessian(loss, flat)


def drawn(count: int = 6) -> tuple[Tensor, Tensor]:
    generator = torch.Generator().manual_seed(1)
    return torch.rand(count, 1, 3, 3, generator=generator, dtype=torch.float64), torch.arange(count) % 3


@pytest.mark.parametrize("smooth", [False, True])
@pytest.mark.parametrize("iterations", [1, 2, 3, 7])
def test_the_walk_and_the_value_are_those_of_whole_hessians(smooth: bool, iterations: int) -> None:
    classifier, (images, labels) = tiny(smooth), drawn()
    found = worst_case(classifier, images, labels, EPS, iterations)
    for row, (image, label) in enumerate(zip(images, labels.tolist(), strict=True)):
        g, h = model(classifier, image, label)
        d = torch.zeros(9, dtype=torch.float64)
        for k in range(iterations):
            d = d + 2 / (2 + k) * (EPS * torch.sign(g + h @ d) - d)
        torch.testing.assert_close(found.change[row].flatten(), d)
        torch.testing.assert_close(found.value[row], g @ d + d @ h @ d / 2)


def test_it_reaches_the_worst_corner() -> None:
    """With ReLUs H has no negative direction, so that the worst point is one of 2^9 corners."""
    classifier, (images, labels) = tiny(), drawn(12)
    corners = EPS * torch.tensor(list(itertools.product((-1.0, 1.0), repeat=9)), dtype=torch.float64)
    found, shares = worst_case(classifier, images, labels, EPS, 10).value, []
    for row, (image, label) in enumerate(zip(images, labels.tolist(), strict=True)):
        g, h = model(classifier, image, label)
        worst = (corners @ g + ((corners @ h) * corners).sum(dim=1) / 2).max()
        assert found[row] <= worst + 1e-12
        shares.append((found[row] / worst).item())
    assert sum(share > 0.999 for share in shares) >= 8, "a local maximum may hold it"
    assert min(shares) > 0.9


def test_products_with_the_hessian_are_those_of_central_differences() -> None:
    classifier, (images, labels) = tiny(smooth=True), drawn()
    found = worst_case(classifier, images, labels, EPS, 1)

    def slope(x: Tensor) -> Tensor:
        x = x.detach().requires_grad_(True)
        (gradient,) = torch.autograd.grad(cross_entropy(classifier(x), labels, reduction="sum"), x)
        return gradient

    h = 1e-5
    turned = (slope(images + h * found.change) - slope(images - h * found.change)) / (2 * h)
    expected = ((slope(images) + turned / 2) * found.change).flatten(1).sum(dim=1)
    torch.testing.assert_close(found.value, expected, rtol=1e-6, atol=1e-8)


def test_without_the_networks_own_bend_it_is_exact_for_relus_and_only_there() -> None:
    images, labels = drawn()
    for smooth in (False, True):
        classifier = tiny(smooth)
        values = [worst_case(classifier, images, labels, EPS, 2, curvature=way) for way in ("exact", "gauss_newton")]
        assert torch.equal(values[0].change, values[1].change)
        assert torch.allclose(values[0].value, values[1].value) is not smooth
    classifier, pulls = tiny(), []
    for way in ("exact", "gauss_newton"):
        value = worst_case(classifier, images, labels, EPS, 2, curvature=way).value.sum()
        pulls.append(torch.autograd.grad(value, list(classifier.net.parameters())))
    for one, other in zip(*pulls, strict=True):
        torch.testing.assert_close(one, other)


def test_its_pull_on_the_weights_is_that_of_differences() -> None:
    """The worst point is held fixed: the quadratic model at that point is what the weights are to lower."""
    classifier, (images, labels) = tiny(smooth=True), drawn(3)
    weight = classifier.net[1].weight
    found = worst_case(classifier, images, labels, EPS, 3)
    (pull,) = torch.autograd.grad(found.value.sum(), weight)

    def value() -> Tensor:
        total = torch.zeros((), dtype=torch.float64)
        for image, label, change in zip(images, labels.tolist(), found.change, strict=True):
            g, h = model(classifier, image, label)
            total += g @ change.flatten() + change.flatten() @ h @ change.flatten() / 2
        return total

    for place in ((0, 0), (3, 4), (11, 8)):
        with torch.no_grad():
            weight[place] += 1e-5
            above = value()
            weight[place] -= 2e-5
            below = value()
            weight[place] += 1e-5
        torch.testing.assert_close(pull[place], (above - below) / 2e-5, rtol=1e-5, atol=1e-7)


def test_salient_pixels_are_those_of_captum_and_are_left_alone() -> None:
    classifier, (images, labels) = small(), separable(8)
    classifier.net.eval()
    mine = integrated_gradients(classifier, images, labels, 64)
    theirs = IntegratedGradients(lambda x: classifier(x).log_softmax(dim=1)).attribute(
        images, target=labels, n_steps=64, method="riemann_middle"
    )
    torch.testing.assert_close(mine, theirs.sum(dim=1).float().detach(), rtol=1e-3, atol=1e-5)
    objective = Scorpio(where="not_salient", salient=0.25, penalised=1.0, eps=0.1)
    masks = objective.refresh(classifier, classifier, whole(images, labels), 0)
    assert masks is not None
    assert torch.equal(masks, most(integrated_gradients(classifier, images, labels, 8), 0.25))
    assert masks.flatten(1).sum(dim=1).eq(9).all()
    found = worst_case(classifier, images, labels, 0.1, 3, free=~masks)
    assert found.change[masks[:, None]].abs().max() == 0
    assert found.change[~masks[:, None]].abs().max() > 0
    batch = replace(whole(images, labels), masks=masks)
    classifier.net.train()
    _, parts = objective.loss(classifier, batch, None)
    with classifier.frozen():
        expected = worst_case(classifier, images, labels, 0.1, 1, free=~masks).value.mean().item()
    assert parts["worst_case"] == pytest.approx(expected, rel=0.2), "its statistics moved by one batch"


def test_some_of_the_batch_stand_for_all() -> None:
    classifier, (images, labels) = small(norm=False), separable(64)
    full = Scorpio(eps=0.1, penalised=1.0).loss(classifier, whole(images, labels), None)[1]["worst_case"]
    part = Scorpio(eps=0.1, penalised=0.25)
    values = [part.loss(classifier, whole(images, labels, seed), None)[1]["worst_case"] for seed in range(60)]
    spread = torch.tensor(values).std().item() / 60**0.5
    assert abs(sum(values) / 60 - full) < 4 * spread
    assert all(module.training for module in classifier.net.modules())
