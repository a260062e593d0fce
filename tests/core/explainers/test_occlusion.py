"""Occlusion against captum and against a loop."""

from dataclasses import replace

import pytest
import torch
from torch import Tensor

from core.base.cancellation import CancelScope
from core.classifiers import mnist_cnn
from core.contracts.classifier import Classifier
from core.contracts.toy_models import linear, linear_probability, quadrant
from core.explainers.occlusion import Occlusion, windows
from core.occlusion.backgrounds import background


class Raised(torch.nn.Module):
    """The first logit 90 higher."""

    def forward(self, logits: Tensor) -> Tensor:
        return logits + torch.tensor([90.0, 0.0])


def drawn(classifier: Classifier, count: int = 2) -> Tensor:
    return torch.rand(count, *classifier.size, generator=torch.Generator().manual_seed(0))


@pytest.mark.parametrize(("window", "step"), [(0.25, 0.25), (0.3, 0.11), (0.2, 0.5), (1.0, 0.1)])
@pytest.mark.parametrize("fill", ["grey", "black", "blurred"])
@pytest.mark.parametrize("read", ["score", "probability"])
@pytest.mark.parametrize("which", ["mnist", "colour"])
def test_is_captums_occlusion(which: str, read: str, fill: str, window: float, step: float) -> None:
    from captum.attr import Occlusion as Captum

    model = mnist_cnn.fresh(3) if which == "mnist" else quadrant()
    images, targets = drawn(model), torch.tensor([1, 0])
    found = Occlusion(window, step, fill, read)(model, images, targets).values
    channels, length, _ = model.size
    side = round(window * length)
    move = min(round(step * length), side)
    for place, target in enumerate(targets.tolist()):
        image = images[place : place + 1]
        with model.frozen(), torch.no_grad():
            wanted = Captum(model if read == "score" else lambda batch: model(batch).softmax(dim=1)).attribute(
                image, sliding_window_shapes=(channels, side, side), strides=(channels, move, move),
                baselines=background(fill, model, image, 0), target=target,
            )  # fmt: skip
        torch.testing.assert_close(found[place], wanted[0, 0], atol=2e-6, rtol=1e-3)


def test_a_wide_picture_is_covered_by_squares_all_over() -> None:
    """Against a loop: probability linear in the pixels, so a square costs the sum of weights under it."""
    weight = 0.01 * torch.randn(1, 4, 9, generator=torch.Generator().manual_seed(1))
    model = linear_probability(weight.tolist(), base=0.5)
    found = Occlusion(0.75, 0.5, "black", "probability")(model, torch.ones(1, *model.size), torch.tensor([0])).values[0]
    total, often = torch.zeros(4, 9), torch.zeros(4, 9)
    for top in (0, 2):
        for left in (0, 2, 4, 6):
            area = slice(top, top + 3), slice(left, left + 3)
            total[area] += weight[0][area].sum()
            often[area] += 1
    torch.testing.assert_close(found, total / often, atol=1e-6, rtol=1e-4)


@pytest.mark.parametrize("length", [5, 28, 32])
def test_every_pixel_lies_under_a_square(length: int) -> None:
    for side in range(1, length + 1):
        for step in range(1, side + 1):
            assert windows(length, length, side, step).any(dim=0).all()


def test_the_fill_is_the_references_and_the_cost_is_said() -> None:
    model = mnist_cnn.fresh(0)
    images, other, target = drawn(model, 1), drawn(model, 2)[1:], torch.tensor([1])
    method = Occlusion(fill="blurred")
    with CancelScope() as scope:
        own = method(model, images, target).values
    assert scope.queries == 1 + 9**2  # 28 pixels: a square of 6, every 3: the last begins at 24
    assert torch.equal(own, method(model, images, target, reference=images).values)
    assert not torch.equal(own, method(model, images, target, reference=other).values)
    assert "blurred" in method.against(model)


@pytest.mark.parametrize("read", ["score", "probability"])
def test_hiding_nothing_gives_no_map(read: str) -> None:
    model, plain = mnist_cnn.fresh(0), torch.full((1, 1, 28, 28), 0.5)
    assert Occlusion(read=read)(model, plain, torch.tensor([0])).values.count_nonzero() == 0


def test_where_the_model_is_sure_the_score_still_falls() -> None:
    """Logits (90 + 0.1 sum x, 0): the probability is 1 whatever is covered."""
    model = linear([[[[0.1] * 4] * 4], [[[0.0] * 4] * 4]])
    sure = replace(model, net=torch.nn.Sequential(model.net, Raised()))
    image, target = torch.ones(1, 1, 4, 4), torch.tensor([0])
    maps = [Occlusion(0.25, 0.25, "black", read)(sure, image, target).values for read in ("score", "probability")]
    torch.testing.assert_close(maps[0], torch.full((1, 4, 4), 0.1), atol=1e-4, rtol=0)
    assert maps[1].count_nonzero() == 0
