"""Saliency-guided training: its loss as the authors' two programmes compute it; what it replaces, and by what."""

import pytest
import torch
from torch import Tensor, nn
from torch.nn import KLDivLoss
from torch.nn.functional import cross_entropy, log_softmax, softmax

from core.base.cancellation import CancelScope
from core.contracts.batch import Batch
from core.contracts.classifier import Classifier
from core.objectives.cross_entropy import CrossEntropy
from core.objectives.saliency_guided import SaliencyGuided
from tests.toys import draw, separable, small, whole


def coloured() -> tuple[Classifier, Batch]:
    """A network for pictures of three channels, and a batch for it."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(3)
        net = nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.Tanh(), nn.Flatten(), nn.Linear(64, 3))
    classifier = Classifier(net, ("a", "b", "c"), (3, 6, 6))
    classifier.net.train()(draw(64, 3, 6, 6, seed=5) * 2)  # running statistics that are not those of a batch
    return classifier, whole(draw(9, 3, 6, 6), torch.arange(9) % 3, seed=2)


def grey() -> tuple[Classifier, Batch]:
    classifier = small(1)
    classifier.net.train()(separable(64)[0] * 2)
    return classifier, whole(*separable(9), seed=2)


def saliencies(classifier: Classifier, batch: Batch, absolute: bool) -> Tensor:
    """captum's Saliency(model).attribute(data, target, abs=False).mean(1) in evaluation mode."""
    classifier.net.eval()
    data = batch.images.clone().requires_grad_(True)
    picked = classifier(data)[torch.arange(len(batch)), batch.labels]
    grads = torch.autograd.grad(torch.unbind(picked), data)[0].mean(1).detach()
    classifier.net.train()
    return grads.abs() if absolute else grads


def masked_mnist(batch: Batch, grads: Tensor, share: float, uniform: Tensor) -> Tensor:
    """The branch isMNIST of Scripts/interpretable.py of github:ayaabdelsalam91/saliency_guided_training, 925ad6f."""
    temp = batch.images.view(len(batch), -1).clone()
    number = int(share * batch.images[0].numel())
    _, index = torch.topk(grads.view(len(batch), -1), number, dim=1, largest=False)
    for row in range(len(batch)):
        low, high = temp[row].min().item(), temp[row].max().item()
        temp[row][index[row]] = low + (high - low) * uniform[row].flatten()[index[row]]
    return temp.view(batch.images.shape)


def masked_other(batch: Batch, grads: Tensor, share: float, uniform: Tensor) -> Tensor:
    """Its other branch: get_SingleMask and fill_SingleMask of Scripts/Helper.py, with randomMask."""
    temp = batch.images.clone()
    for row in range(len(batch)):
        count = max(1, int(len(grads[row]) * len(grads[row]) * share))
        _, index = torch.topk(grads[row].flatten(), count, largest=False)
        mask = torch.zeros_like(grads[row].flatten(), dtype=torch.bool)
        mask[index] = True
        mask = mask.reshape(grads[row].shape)
        for channel in range(len(temp[row])):
            low, high = temp[row, channel].min().item(), temp[row, channel].max().item()
            temp[row, channel, mask] = low + (high - low) * uniform[row, channel, mask]
    return temp


@pytest.mark.parametrize("by", ["signed", "absolute"])
@pytest.mark.parametrize(("make", "masked"), [(grey, masked_mnist), (coloured, masked_other)], ids=["mnist", "other"])
def test_the_loss_is_the_authors_with_gradients_through_both_answers(make, masked, by: str) -> None:  # type: ignore[no-untyped-def]
    classifier, batch = make()
    objective = SaliencyGuided(share=0.4, weight=2.0, by=by)
    uniform = batch.draw("noise", lambda shape, draws: torch.rand(shape, generator=draws))
    shown = masked(batch, saliencies(classifier, batch, by == "absolute"), 0.4, uniform)
    torch.testing.assert_close(objective.shown(classifier, batch), shown)
    loss, parts = objective.loss(classifier, batch, None)
    output, again = classifier(batch.images), log_softmax(classifier(shown), dim=1)
    apart = KLDivLoss(reduction="batchmean")(again, softmax(output, dim=1))
    wanted = cross_entropy(output, batch.labels) + 2.0 * apart
    assert loss.item() == pytest.approx(wanted.item(), rel=1e-5)
    assert parts["masked"] == pytest.approx(apart.item(), rel=1e-4)
    assert apart.item() > 1e-3
    weights = list(classifier.net.parameters())
    for one, other in zip(torch.autograd.grad(loss, weights), torch.autograd.grad(wanted, weights), strict=True):
        torch.testing.assert_close(one, other, rtol=1e-4, atol=1e-6)


def test_a_share_of_the_pixels_is_replaced_by_what_lies_in_the_range_of_their_image() -> None:
    classifier, batch = coloured()
    for share, count in ((0.01, 1), (0.25, 9), (0.99, 35)):
        shown = SaliencyGuided(share=share).shown(classifier, batch)
        changed = (shown != batch.images).any(dim=1)
        assert changed.flatten(1).sum(dim=1).tolist() == [count] * len(batch)
        assert (shown.amin(dim=(2, 3)) >= batch.images.amin(dim=(2, 3))).all()
        assert (shown.amax(dim=(2, 3)) <= batch.images.amax(dim=(2, 3))).all()
        assert not shown.requires_grad


def test_it_looks_in_evaluation_mode_learns_in_training_mode_and_costs_three_gradients() -> None:
    classifier, batch = grey()
    modes: list[bool] = []
    with CancelScope(watcher=lambda *_: modes.append(classifier.net.training)) as scope:
        SaliencyGuided()(classifier, batch)
    assert modes == [False, True, True]
    assert scope.evaluations == 3 * len(batch)


def test_without_weight_it_is_ordinary_training_at_its_price() -> None:
    classifier, batch = grey()
    with CancelScope() as scope:
        loss, parts = SaliencyGuided(weight=0.0)(classifier, batch)
    assert (loss.item(), parts) == (CrossEntropy()(classifier, batch)[0].item(), {"cross_entropy": loss.item()})
    assert scope.evaluations == len(batch)


def test_what_is_shown_does_not_depend_on_who_has_which_rows() -> None:
    classifier, batch = coloured()
    objective = SaliencyGuided()
    parts = [objective.shown(classifier, part) for part in batch.parts(4)]
    torch.testing.assert_close(torch.cat(parts), objective.shown(classifier, batch))
