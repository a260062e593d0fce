"""A stop takes effect between the layers, on the way forward and on the way back, and a meter changes no number."""

import gc
import threading
import weakref
from contextlib import suppress
from dataclasses import replace

import pytest
import torch
from torch import Tensor, nn
from torch.nn.modules import module as torch_module

from core.base.cancellation import Cancelled, CancelScope
from core.catalog import EXPLAINERS
from core.classifiers import cifar10_resnet20
from core.contracts.classifier import Classifier

LAYERS = 12


class Tripwire(torch.autograd.Function):
    """The identity; on the way back it calls `act`."""

    @staticmethod
    def forward(ctx, x, act):  # type: ignore[no-untyped-def]
        ctx.act = act
        return x.clone()

    @staticmethod
    def backward(ctx, slope):  # type: ignore[no-untyped-def]
        ctx.act()
        return slope, None


class Layer(nn.Module):
    """tanh of a scaled input; `act` is called each time a gradient comes back through."""

    def __init__(self, act) -> None:  # type: ignore[no-untyped-def]
        super().__init__()
        self.act = act
        self.weight = nn.Parameter(torch.tensor(0.9))

    def forward(self, x: Tensor) -> Tensor:
        return (Tripwire.apply(x, self.act) * self.weight).tanh()


def deep(act) -> Classifier:  # type: ignore[no-untyped-def]
    net = nn.Sequential(*(Layer(act) for _ in range(LAYERS)), nn.AvgPool2d(256), nn.Flatten(), nn.Linear(3, 2))
    return Classifier(net, ("a", "b"), (3, 256, 256))  # one picture of this size makes a large batch


def stop_in_backward() -> tuple[Classifier, CancelScope, list[int]]:
    """A net whose meter is stopped as the gradient leaves its last layer but one, and the layers it came through."""
    scope, came = CancelScope(), [0]

    def act() -> None:
        came[0] += 1
        if came[0] == 2:
            scope.stop()

    return deep(act), scope, came


def test_a_stop_ends_the_way_back_at_the_next_layer() -> None:
    classifier, scope, came = stop_in_backward()
    with scope:
        logits = classifier(torch.rand(1, 3, 256, 256).requires_grad_())
        with pytest.raises(Cancelled, match="^stopped on request$"):
            logits[:, 0].sum().backward()
    assert came == [2]


@pytest.mark.parametrize("key", ["integrated_gradients", "shap_gradient"])
def test_the_stop_arrives_as_it_is_through_captum_and_shap(key: str) -> None:
    classifier, scope, came = stop_in_backward()
    method = EXPLAINERS[key](**{"integrated_gradients": {}, "shap_gradient": {"background": "grey"}}[key])
    with scope, pytest.raises(Cancelled, match="^stopped on request$"):
        method(classifier, torch.rand(1, 3, 256, 256), torch.tensor([0]))
    assert came == [2]
    assert not torch_module._global_forward_pre_hooks


def test_another_thread_is_not_stopped_with_it() -> None:
    """Its layers pass the same hook while the first thread's meter watches; only its own meter counts there."""
    classifier, first, inside, go_on = deep(lambda: None), CancelScope(), threading.Event(), threading.Event()

    def hold() -> None:
        def pause(*_: object) -> None:
            inside.set()
            go_on.wait(10)

        waiting = deep(lambda: None)
        waiting.net[3].register_forward_hook(pause)
        with first, suppress(Cancelled):
            waiting(torch.rand(1, 3, 256, 256))

    thread = threading.Thread(target=hold)
    thread.start()
    assert inside.wait(10)
    image = torch.rand(1, 3, 256, 256).requires_grad_()
    found = [classifier(image)]
    with CancelScope():
        found.append(classifier(image))
    first.stop()
    for logits in found:
        assert torch.autograd.grad(logits[:, 0].sum(), image)[0].abs().sum() > 0
    go_on.set()
    thread.join(10)
    assert not torch_module._global_forward_pre_hooks


def test_a_meter_changes_no_number() -> None:
    """Gradients and double backward, on a copy too, and with a layer that works in place."""
    net = cifar10_resnet20.fresh(1)
    net = replace(net, net=nn.Sequential(nn.Conv2d(3, 3, 1), nn.ReLU(inplace=True), nn.Softplus(), net.net))
    images, labels = torch.rand(64, 3, 32, 32, generator=torch.Generator().manual_seed(0)), torch.arange(64) % 10

    def slopes(classifier: Classifier) -> list[Tensor]:
        leaf = images.clone().requires_grad_()
        with classifier.frozen():
            loss = nn.functional.cross_entropy(classifier(leaf), labels)
            (first,) = torch.autograd.grad(loss, leaf, create_graph=True)
            (second,) = torch.autograd.grad((first**2).sum(), leaf)
        assert leaf._backward_hooks is None
        return [loss.detach(), first.detach(), second]

    bare = slopes(net)
    assert bare[2].abs().sum() > 0
    with CancelScope():
        for classifier in (net, net.copy()):
            for one, other in zip(slopes(classifier), bare, strict=True):
                assert torch.equal(one, other)


def test_nothing_is_left_behind() -> None:
    classifier = deep(lambda: None)
    scope = CancelScope()
    with scope:
        image = torch.rand(1, 3, 256, 256).requires_grad_()
        logits = classifier(image)
        logits.sum().backward()
    marks = [weakref.ref(scope), weakref.ref(logits), weakref.ref(image)]
    gc.collect()
    gc.disable()  # by counting references alone: no cycles
    try:
        del scope, logits, image
        assert [mark() for mark in marks] == [None] * 3
    finally:
        gc.enable()
    assert not torch_module._global_forward_pre_hooks
    assert not any(each._forward_pre_hooks or each._backward_hooks for each in classifier.net.modules())
