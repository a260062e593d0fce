"""The linearised lower bound: exact on a linear model by linear programming, its share, and what it refuses."""

import math

import numpy as np
import pytest
import torch
from scipy.optimize import linprog
from torch import Tensor, nn

from core.classifiers import mnist_cnn
from core.contracts.classifier import Classifier
from core.contracts.toy_models import linear
from core.spurious.lower_bound import least_supported, linear_bound

SHAPE = (2, 3, 4)


def planted(seed: int) -> tuple[Classifier, Tensor, Tensor]:
    """A linear model of five classes, images whose box is far away, and the model's own answers."""
    generator = torch.Generator().manual_seed(seed)
    model = linear(torch.randn(5, *SHAPE, generator=generator).tolist())
    images = 0.5 + 0.1 * torch.randn(6, *SHAPE, generator=generator).clamp(-2, 2)
    return model, images, model(images).argmax(dim=1).detach()


def masks(images: Tensor, seed: int = 0) -> Tensor:
    return torch.rand(len(images), *images.shape[2:], generator=torch.Generator().manual_seed(seed)) < 0.3


def programmed(model: Classifier, image: Tensor, label: int) -> float:
    """The smallest L-infinity change after which some class is at least as strong as `label`: one program a class."""
    weight = model.net.weight.detach().flatten(1).double().numpy()
    pixels = image.flatten().double().numpy()
    best = math.inf
    for rival in set(range(len(weight))) - {label}:
        slope = weight[label] - weight[rival]
        many = len(pixels)
        cost = np.r_[np.zeros(many), 1.0]
        within = np.block([[np.eye(many), -np.ones((many, 1))], [-np.eye(many), -np.ones((many, 1))]])
        rows = np.vstack([np.r_[slope, 0.0], within])
        found = linprog(cost, rows, np.r_[-slope @ pixels, np.zeros(2 * many)], bounds=[(None, None)] * (many + 1))
        best = min(best, found.fun)
    return best


@pytest.mark.parametrize("seed", range(3))
def test_it_is_the_linear_program_on_a_linear_model(seed: int) -> None:
    model, images, labels = planted(seed)
    found = linear_bound(model, images, labels, masks(images)).value
    by_program = [programmed(model, image, int(label)) for image, label in zip(images, labels, strict=True)]
    np.testing.assert_allclose(found.numpy(), by_program, rtol=1e-4)


def test_the_nearest_class_may_be_the_weakest() -> None:
    """Twelve classes: ten strong ones that are far, and one with the lowest score whose border is close by."""
    weights = [[1.0, 0.0], *([0.9, 0.0] for _ in range(10)), [50.0, -49.2]]
    model = linear([[[row]] for row in weights])
    image = torch.full((1, 1, 1, 2), 0.5)
    found = linear_bound(model, image, torch.tensor([0]), torch.tensor([[[True, False]]]))
    assert found.runner_up.item() == 11
    assert found.value.item() == pytest.approx(0.1 / 98.2, rel=1e-4)  # margin 0.5 - 0.4; slope (49, 49.2)
    assert model(image + torch.tensor([0.00103, -0.00103])).argmax().item() == 11
    assert linear_bound(model, image, torch.tensor([0]), torch.tensor([[[True, False]]]), rivals=10).value > 0.1


@pytest.mark.parametrize("norm", [math.inf, 2])
def test_no_smaller_change_changes_the_answer_and_a_larger_one_does(norm: float) -> None:
    model, images, labels = planted(7)
    found = linear_bound(model, images, labels, masks(images), norm)
    generator = torch.Generator().manual_seed(1)
    weight = model.net.weight.detach()
    for image, label, value, rival in zip(images, labels, found.value, found.runner_up, strict=True):
        slope = weight[rival] - weight[label]
        worst = slope.sign() if norm == math.inf else slope / slope.norm()
        tries = torch.randn(4000, *SHAPE, generator=generator)
        tries = tries.sign() if norm == math.inf else tries / tries.flatten(1).norm(dim=1).view(-1, 1, 1, 1)
        smaller = image + 0.999 * value * torch.cat([tries, worst[None]])
        assert (model(smaller).argmax(dim=1) == label).all()
        assert model((image + 1.001 * value * worst)[None]).argmax() == rival


def test_wrong_answers_have_bound_zero_and_the_network_is_left_as_it_was() -> None:
    model = mnist_cnn.fresh(0)
    model.net.train()
    images = torch.rand(5, 1, 28, 28, generator=torch.Generator().manual_seed(0))
    right = model.probabilities(images).argmax(dim=1)
    found = linear_bound(model, images, right, masks(images))
    assert (found.value > 0).all()
    assert (found.runner_up != right).all()
    wrong = linear_bound(model, images, (right + 1) % 10, masks(images))
    assert (wrong.value == 0).all()
    assert model.net.training
    assert all(weight.requires_grad and weight.grad is None for weight in model.net.parameters())
    assert not images.requires_grad
    alone = [linear_bound(model, images[i : i + 1], right[i : i + 1], masks(images)[i : i + 1]) for i in range(5)]
    torch.testing.assert_close(torch.cat([each.value for each in alone]), found.value, rtol=1e-4, atol=1e-7)
    torch.testing.assert_close(torch.cat([each.share for each in alone]), found.share, rtol=1e-4, atol=1e-6)


def test_the_share_is_the_spurious_part_of_the_one_norm() -> None:
    model, images, labels = planted(3)
    chosen = masks(images, 5)
    found = linear_bound(model, images, labels, chosen)
    weight = model.net.weight.detach()
    for index in range(len(images)):
        slope = (weight[labels[index]] - weight[found.runner_up[index]]).abs()
        assert found.share[index].item() == pytest.approx(
            ((slope * chosen[index]).sum() / slope.sum()).item(), rel=1e-5
        )
    everything = torch.ones_like(chosen)
    assert torch.allclose(linear_bound(model, images, labels, everything).share, torch.ones(6))
    assert (linear_bound(model, images, labels, ~everything).share == 0).all()
    margin = model(images).gather(1, labels[:, None])[:, 0] - model(images).gather(1, found.runner_up[:, None])[:, 0]
    outside = [((weight[a] - weight[b]).abs() * ~mask).sum() for a, b, mask in
               zip(labels, found.runner_up, chosen, strict=True)]  # fmt: skip
    torch.testing.assert_close(found.value, (margin * (1 - found.share) / torch.stack(outside)).detach())


def test_fewer_rivals_never_give_a_smaller_bound_and_a_deaf_model_has_none() -> None:
    model, images, labels = planted(4)
    full, few = (linear_bound(model, images, labels, masks(images), rivals=rivals).value for rivals in (10, 1))
    assert (few >= full).all()
    deaf = linear([[[[0.0, 0.0]]], [[[0.0, 0.0]]]])
    image = torch.full((1, 1, 1, 2), 0.5)
    found = linear_bound(deaf, image, torch.tensor([0]), torch.ones(1, 1, 2, dtype=torch.bool))
    assert (found.value.item(), found.share.item()) == (0.0, 0.0)


class Kinked(nn.Module):
    """Logits 2 a and 10 relu(a - 0.6): flat where the image is, steep beside it."""

    def __init__(self) -> None:
        super().__init__()
        self.unused = nn.Parameter(torch.zeros(1))

    def forward(self, images: Tensor) -> Tensor:
        a = images.flatten(1)
        return torch.cat([2 * a, 10 * (a - 0.6).relu()], dim=1)


def test_it_is_no_certificate() -> None:
    """At a = 0.5 the margin is 1 and its slope 2, so the bound is 0.5; but at a = 0.8 the answer has changed."""
    model = Classifier(Kinked(), ("low", "high"), (1, 1, 1))
    image, label = torch.full((1, 1, 1, 1), 0.5), torch.tensor([0])
    assert linear_bound(model, image, label, torch.ones(1, 1, 1, dtype=torch.bool)).value.item() == pytest.approx(0.5)
    assert model(image + 0.3).argmax() == 1


@pytest.mark.parametrize(
    ("change", "said"),
    [({"norm": 1.0}, "norm"), ({"masks": torch.ones(2, 3, 3, dtype=torch.bool)}, "masks"),
     ({"masks": torch.ones(6, 3, 4)}, "bool"), ({"labels": torch.zeros(2)}, "class numbers")],
)  # fmt: skip
def test_what_does_not_fit_is_one_sentence(change: dict[str, object], said: str) -> None:
    model, images, labels = planted(0)
    given = {"labels": labels, "masks": masks(images)} | change
    with pytest.raises(ValueError, match=said):
        linear_bound(model, images, **given)  # type: ignore[arg-type]


def test_the_least_supported_quarter_takes_what_speaks_against_the_answer_first() -> None:
    values = torch.tensor([[[5.0, -9.0, 1.0, 2.0], [3.0, 4.0, -1.0, 6.0]]])
    assert least_supported(values).nonzero().tolist() == [[0, 0, 1], [0, 1, 2]]
    assert least_supported(torch.zeros(2, 8, 8)).flatten(1).sum(dim=1).tolist() == [16, 16]
    with pytest.raises(ValueError, match="part"):
        least_supported(values, 1.0)
