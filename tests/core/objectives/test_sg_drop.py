"""SGDrop: its loss by hand on a head whose gradient is known; where it drops, what it refuses, what it leaves alone."""

from collections import OrderedDict

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy, linear

from core.base.cancellation import CancelScope
from core.contracts.classifier import Classifier
from core.objectives.cross_entropy import CrossEntropy
from core.objectives.sg_drop import SGDrop
from tests.toys import draw, separable, small, whole


def used() -> Classifier:
    """Its layer 2 is followed by one linear layer; its running statistics are not those of a batch."""
    classifier = small(1)
    classifier.net.train()(separable(64)[0] * 2)
    return classifier


def expected_scale(maps: Tensor, slopes: Tensor, unit: str, sign: str, rho: float) -> Tensor:
    """Image by image, with numpy: the share rho is kept of what there is, and weighs so much more."""
    scales = []
    for each in (maps * slopes).detach().numpy():
        given = np.abs(each) if sign == "absolute" else np.maximum(each, 0)
        given = given.sum(axis=0, keepdims=True) if unit == "places" else given
        keep = (given <= np.quantile(given, rho)).astype(np.float32)
        scales.append(torch.from_numpy(keep * keep.size / keep.sum()))
    return torch.stack(scales)


@pytest.mark.parametrize("sign", ["absolute", "positive"])
@pytest.mark.parametrize("unit", ["places", "values"])
def test_the_loss_by_an_independent_computation(unit: str, sign: str) -> None:
    """The head is linear, so dz_y/dA is its row of the label; the mask is told in evaluation mode, the loss is not."""
    classifier = used()
    batch = whole(*separable(16))
    objective = SGDrop(rho=0.7, unit=unit, sign=sign)
    loss, parts = objective.loss(classifier, batch, None)
    twin = used()  # each pass in training mode moves the running statistics
    front, last = twin.net[:3], twin.net[5]
    slopes = last.weight[batch.labels].view(-1, 4, 4, 4)
    front.eval()
    wanted_scale = expected_scale(front(batch.images), slopes, unit, sign, 0.7)
    front.train()
    wanted = cross_entropy(
        linear((front(batch.images) * wanted_scale).flatten(1), last.weight, last.bias), batch.labels
    )
    assert loss.item() == pytest.approx(wanted.item(), rel=1e-5)
    assert parts == {"cross_entropy": loss.item()}
    found, pulls = (torch.autograd.grad(v, list(m.net.parameters())) for v, m in ((loss, classifier), (wanted, twin)))
    for one, other in zip(found, pulls, strict=True):
        torch.testing.assert_close(one, other, rtol=1e-4, atol=1e-6)


def test_the_places_that_speak_loudest_go_and_the_others_weigh_more() -> None:
    """Maps of one channel, each place with weight 1 for the label: what is brightest goes."""
    net = nn.Sequential(nn.Identity(), nn.Flatten(), nn.Linear(4, 2, bias=False))
    net[2].weight.data = torch.tensor([[1.0, 1.0, 1.0, 1.0], [0.0, 0.0, 0.0, 0.0]])
    classifier = Classifier(net, ("a", "b"), (1, 2, 2), cam_layer="0")
    images = torch.tensor([[[[0.1, 0.9], [0.2, 0.3]]]])
    scale, calls = SGDrop(rho=0.75).scale(classifier, whole(images, torch.tensor([0])))
    assert calls == 1
    torch.testing.assert_close(scale.flatten(), torch.tensor([4 / 3, 0.0, 4 / 3, 4 / 3]))


def test_with_all_kept_it_is_ordinary_training() -> None:
    first, second, batch = used(), used(), whole(*separable(16))
    loss, parts = SGDrop(rho=1.0)(first, batch)
    plain, _ = CrossEntropy()(second, batch)
    assert loss.item() == plain.item()
    assert parts == {"cross_entropy": plain.item()}
    loss.backward()
    plain.backward()
    for one, other in zip(first.net.parameters(), second.net.parameters(), strict=True):
        torch.testing.assert_close(one.grad, other.grad)
    for one, other in zip(first.net.buffers(), second.net.buffers(), strict=True):
        torch.testing.assert_close(one, other)  # looking leaves the running statistics alone


def test_only_in_training_and_nothing_is_left_behind() -> None:
    classifier, batch = used(), whole(*separable(8))
    before = classifier.probabilities(batch.images)
    modes: list[bool] = []
    with CancelScope(watcher=lambda *_: modes.append(classifier.net.training)) as scope:
        SGDrop()(classifier, batch)
    assert modes == [False, True]
    assert scope.evaluations == 2 * len(batch)
    after = used()
    after.net.load_state_dict(classifier.net.state_dict())
    torch.testing.assert_close(classifier.probabilities(batch.images), after.probabilities(batch.images))
    assert (classifier.probabilities(batch.images) - before).abs().max() > 0  # by the statistics alone
    assert not any(module._forward_hooks for module in classifier.net.modules())


def test_what_is_dropped_does_not_depend_on_who_has_which_rows() -> None:
    classifier, batch = used(), whole(*separable(16))
    parts = [SGDrop().scale(classifier, part)[0] for part in batch.parts(6)]
    torch.testing.assert_close(torch.cat(parts), SGDrop().scale(classifier, batch)[0])


class Twice(nn.Module):
    """One layer, passed twice; the last maps are those of the second time."""

    def __init__(self) -> None:
        super().__init__()
        self.layer, self.head = nn.Conv2d(1, 1, 1), nn.Linear(36, 2)

    def forward(self, images: Tensor) -> Tensor:
        out: Tensor = self.head(self.layer(self.layer(images)).flatten(1))
        return out


def test_of_a_layer_that_is_passed_twice_the_last_maps_are_meant() -> None:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        net = Twice()
    classifier = Classifier(net, ("a", "b"), (1, 6, 6), cam_layer="layer")
    batch = whole(draw(5, 1, 6, 6), torch.arange(5) % 2)
    scale, calls = SGDrop(rho=0.5).scale(classifier, batch)
    assert calls == 2
    maps = net.layer(net.layer(batch.images))
    wanted = cross_entropy(net.head((maps * scale).flatten(1)), batch.labels)
    assert SGDrop(rho=0.5)(classifier, batch)[0].item() == pytest.approx(wanted.item(), rel=1e-5)


class Last(nn.Module):
    """(N, C, h, w) -> (N, h, w, C), as in Swin transformers."""

    def forward(self, images: Tensor) -> Tensor:
        return images.permute(0, 2, 3, 1)


@pytest.mark.parametrize(
    ("layer", "words"),
    [("", "names none"), ("unused", "takes no part"), ("last", r"puts out \(2, 6, 6, 3\)"), ("flat", r"\(2, 108\)")],
)
def test_a_network_without_maps_is_refused_in_a_sentence(layer: str, words: str) -> None:
    net = nn.Sequential(OrderedDict(last=Last(), flat=nn.Flatten(), head=nn.Linear(108, 2)))
    net.unused = nn.Identity()
    net.forward = lambda images: net.head(net.flat(net.last(images)))  # type: ignore[method-assign]
    classifier = Classifier(net, ("a", "b"), (3, 6, 6), cam_layer=layer)
    with pytest.raises(ValueError, match=words):
        SGDrop()(classifier, whole(draw(2, 3, 6, 6), torch.tensor([0, 1])))
