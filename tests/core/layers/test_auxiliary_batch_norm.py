"""Auxiliary batch normalisation: outside its switch nothing changes; inside, its norms are those of another network."""

import copy
from dataclasses import replace

import pytest
import torch
from torch import nn

from core.checkpoints.tensor_files import as_fp16
from core.classifiers import cifar10_resnet18, mnist_cnn
from core.contracts.auxiliary_norm import AUXILIARY, auxiliary_statistics, norms
from core.contracts.layer import with_layers
from core.layers.auxiliary_batch_norm import AuxiliaryBatchNorm
from tests.toys import draw, separable, small

CLOSE = {"rtol": 1e-5, "atol": 1e-6}


def test_outside_of_the_switch_the_network_is_the_plain_one() -> None:
    plain = cifar10_resnet18.fresh(1)
    made = with_layers(plain, [AuxiliaryBatchNorm()])
    assert [type(each) for each in made.net.modules()] == [type(each) for each in plain.net.modules()]
    before, after = plain.net.state_dict(), made.net.state_dict()
    assert [name for name in after if AUXILIARY not in name] == list(before)
    own = [name for name in after if AUXILIARY in name]
    assert len(own) == 5 * sum(isinstance(each, nn.BatchNorm2d) for each in plain.net.modules())
    assert all(torch.equal(value, before[name.replace(AUXILIARY, "")]) for name, value in after.items())
    x = draw(4, 3, 32, 32)
    for mode in (True, False):
        assert torch.equal(made.copy().net.train(mode)(x), plain.copy().net.train(mode)(x))


def test_the_two_sets_are_those_of_two_networks_that_share_all_else() -> None:
    """Some passes through either set, in training mode: statistics, answers and gradients of two separate networks."""
    shared = with_layers(small(2), [AuxiliaryBatchNorm()])
    one, two = small(2), small(2)
    for step in range(3):
        images, labels = separable(24)
        other = 1 - images + 0.1 * step
        for each in (shared, one, two):
            each.net.train().zero_grad()
        plain = shared(images)
        with auxiliary_statistics(shared.net):
            view = shared(other)
        apart = [one(images), two(other)]
        torch.testing.assert_close(plain, apart[0])
        torch.testing.assert_close(view, apart[1])
        loss = nn.functional.cross_entropy
        (loss(plain, labels) + 2 * loss(view, labels)).backward()
        loss(apart[0], labels).backward()
        (2 * loss(apart[1], labels)).backward()
        state = dict(shared.net.named_parameters())
        first, second = (dict(each.net.named_parameters()) for each in (one, two))
        for name, weight in first.items():
            if name.startswith("1."):
                torch.testing.assert_close(state[name].grad, weight.grad, **CLOSE)
                own = state[name.replace("1.", f"1.{AUXILIARY}")]
                torch.testing.assert_close(own.grad, second[name].grad, **CLOSE)
            else:
                torch.testing.assert_close(state[name].grad, weight.grad + second[name].grad, **CLOSE)
    (mine,), (plain_norm,), (view_norm,) = (norms(each.net) for each in (shared, one, two))
    for name in ("running_mean", "running_var", "num_batches_tracked"):
        torch.testing.assert_close(getattr(mine, name), getattr(plain_norm, name))
        torch.testing.assert_close(getattr(mine, AUXILIARY + name), getattr(view_norm, name))
    assert not torch.equal(mine.running_mean, mine.auxiliary_running_mean)
    x = draw(5, 1, 6, 6)
    for each in (shared, one, two):
        each.net.eval()
    torch.testing.assert_close(shared(x), one(x))
    with auxiliary_statistics(shared.net):
        torch.testing.assert_close(shared(x), two(x))


def test_the_switch_goes_back_on_error_and_keeps_the_order_of_tensors() -> None:
    made = with_layers(small(), [AuxiliaryBatchNorm()])
    kept = {name: id(value) for name, value in made.net.state_dict(keep_vars=True).items()}
    with pytest.raises(KeyError), auxiliary_statistics(made.net):
        now = {name: id(value) for name, value in made.net.state_dict(keep_vars=True).items()}
        assert list(now) == list(kept)
        assert now["1.weight"] == kept["1.auxiliary_weight"]
        assert now["1.auxiliary_running_var"] == kept["1.running_var"]
        raise KeyError
    assert {name: id(value) for name, value in made.net.state_dict(keep_vars=True).items()} == kept


def test_refusals_are_sentences() -> None:
    with pytest.raises(ValueError, match="Auxiliary batch normalisation: this network has no batch normalisation"):
        with_layers(mnist_cnn.fresh(), [AuxiliaryBatchNorm()])
    with pytest.raises(ValueError, match="no auxiliary batch normalisation"), auxiliary_statistics(small().net):
        pass


def test_norms_without_weights_or_statistics_have_a_second_set_of_what_they_have() -> None:
    net = nn.Sequential(nn.BatchNorm2d(1, affine=False), nn.BatchNorm2d(1, track_running_stats=False))
    made = with_layers(replace(small(), net=net), [AuxiliaryBatchNorm()]).net
    assert sum(AUXILIARY in name for name in made.state_dict()) == 3 + 2
    with auxiliary_statistics(made):
        made.train()(draw(4, 1, 3, 3) + 5)
    assert made[0].running_mean == 0
    assert made[0].auxiliary_running_mean > 0.4


def test_half_precision_and_copies_keep_both_sets() -> None:
    made = with_layers(small(), [AuxiliaryBatchNorm()])
    with auxiliary_statistics(made.net):
        made.net.train()(draw(8, 1, 6, 6))
    stored = as_fp16(made.net)
    assert stored["1.auxiliary_running_mean"].dtype == torch.float16
    again = copy.deepcopy(made.net).eval()
    with auxiliary_statistics(again), auxiliary_statistics(made.net):
        assert torch.equal(again(draw(2, 1, 6, 6)), made.net.eval()(draw(2, 1, 6, 6)))
        assert not torch.equal(again[1].running_mean, again[1].auxiliary_running_mean)
