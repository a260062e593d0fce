"""J-SIGR: both penalties against whole Jacobians, the blur saliency by hand, its masks, and what is counted."""

from dataclasses import replace

import pytest
import torch
from torch import Tensor
from torchvision.transforms.functional import gaussian_blur

from core.contracts.batch import Batch
from core.contracts.toy_models import linear
from core.objectives._blur_saliency import blur_saliency, blurred
from core.objectives.j_sigr import JSigr
from core.training.loop import Training
from core.training.schedule import Schedule
from tests.toys import dataset, draw, separable, small, whole


def jacobians(classifier: object, images: Tensor) -> Tensor:
    """(N, K, values) one image at a time."""
    rows = [torch.autograd.functional.jacobian(lambda x: classifier(x[None])[0], image) for image in images]  # type: ignore[operator]
    return torch.stack(rows).flatten(2)


def test_the_jacobians_norm_in_expectation() -> None:
    """Half its squared Frobenius norm, mean over the images, within four standard errors of 400 draws."""
    classifier, (images, labels) = small(norm=False), separable(6)
    expected = jacobians(classifier, images).square().sum(dim=(1, 2)).mean().item() / 2
    objective = JSigr(selective=0.0, penalised=1.0)
    values = torch.tensor([
        objective.penalties(classifier, whole(images, labels, seed))[0].item() for seed in range(400)
    ])  # fmt: skip
    assert abs(values.mean().item() - expected) < 4 * values.std().item() / 20
    assert values.std() > 0


def test_one_direction_by_hand() -> None:
    """Of a linear model J is its weight: (K / 2) |v' W|^2 for the very v that is drawn."""
    model = linear([[[[1.0, -2.0]]], [[[0.0, 4.0]]], [[[3.0, 1.0]]]])
    batch = whole(torch.rand(4, 1, 1, 2), torch.tensor([0, 1, 2, 0]), seed=9)
    v = batch.draw("direction", lambda shape, draws: torch.randn(shape, generator=draws), (3,))
    v = v / v.norm(dim=1, keepdim=True)
    expected = 1.5 * (v @ torch.tensor([[1.0, -2.0], [0.0, 4.0], [3.0, 1.0]])).square().sum(dim=1).mean()
    overall, quiet = JSigr(penalised=1.0).penalties(model, batch)
    torch.testing.assert_close(overall, expected)
    assert quiet.item() == 0.0, "no masks yet"


def test_the_selective_part_is_that_of_whole_jacobians() -> None:
    classifier, (images, labels) = small(norm=False), separable(6)
    masks = draw(6, 6, 6, seed=4) < 0.5
    j = jacobians(classifier, images)
    p = classifier(images).softmax(dim=1)
    own = torch.nn.functional.one_hot(labels, 2) - p
    slope = (own[:, :, None] * j).sum(dim=1) * masks.flatten(1)
    expected = slope.square().sum(dim=1).mean()
    _, quiet = JSigr(jacobian=0.0, penalised=1.0).penalties(classifier, replace(whole(images, labels), masks=masks))
    torch.testing.assert_close(quiet, expected)


def test_the_blur_is_torchvisions() -> None:
    images = draw(2, 3, 20, 20)
    inner = slice(7, 13)  # theirs reflects at the border, ours repeats it
    mine = blurred(images, 2.0)[..., inner, inner]
    torch.testing.assert_close(mine, gaussian_blur(images, [13, 13], [2.0, 2.0])[..., inner, inner])


def test_saliency_lies_where_the_model_looks() -> None:
    """Of a linear model that sees the left half alone: one place by hand, and next to nothing on the right."""
    weight = torch.zeros(2, 1, 8, 8)
    weight[0, :, :, :4] = torch.rand(1, 8, 4, generator=torch.Generator().manual_seed(2))
    model = linear(weight.tolist())
    images = draw(2, 1, 8, 8)
    maps = blur_saliency(model, images, 8, 1.0, 2.0)
    i, j, places = 3, 2, torch.arange(8.0)
    bump = torch.exp(-((places[:, None] - i) ** 2 + (places - j) ** 2) / 2)
    other = images * (1 - bump) + blurred(images, 2.0) * bump
    expected = (model(other) - model(images)).square().sum(dim=1) / 2
    torch.testing.assert_close(maps[:, i, j], expected)
    assert maps[:, :, 7].max() < 0.01 * maps[:, :, :4].max()


def test_masks_are_the_quiet_part_of_each_image_and_come_in_groups() -> None:
    classifier, (images, labels) = small(), separable(16)
    objective = JSigr(quiet=0.5, places=3, width=1.0, sigma=1.0, groups=2, every=2)
    masks = objective.refresh(classifier, classifier, whole(images, labels), 0)
    assert masks is not None
    assert masks.flatten(1).sum(dim=1).tolist() == [18] * 16
    maps = blur_saliency(classifier, images, 3, 1.0, 1.0)
    assert (maps.masked_fill(~masks, -1).amax(dim=(1, 2)) <= maps.masked_fill(masks, torch.inf).amin(dim=(1, 2))).all()
    first, second = objective.rows(16, 0, 0), objective.rows(16, 2, 0)
    assert sorted([*first.tolist(), *second.tolist()]) == list(range(16))
    assert [epoch for epoch in range(5) if objective.due(epoch)] == [0, 2, 4]
    assert not JSigr(selective=0.0).due(0)


@pytest.mark.parametrize("penalised", [0.3, 1.0])
def test_it_trains_with_masks(penalised: float) -> None:
    schedule = Schedule(epochs=2, batch=32, lr=0.05, crop=0, flip=False, bf16=False, held_out=0)
    training = Training(small(), JSigr(places=2, penalised=penalised, groups=2, every=1), dataset(128), schedule)
    steps = list(training)
    assert steps[-1].parts["selective"] > 0
    assert steps[0].masks["reached"] == 0.5
    assert training.masks is not None
    assert steps[-1].evaluations > 2 * 128 * (1 + 4 * penalised)


def test_a_batch_none_of_which_counts_is_no_error() -> None:
    images, labels = separable(2)
    batch = Batch(images, labels, torch.arange(2), 0, 0, 2)
    overall, quiet = JSigr(penalised=0.01).penalties(small(norm=False), batch)
    assert (overall.item(), quiet.item()) == (0.0, 0.0)
