"""Adversarial weight perturbation against numbers worked out by hand, and the weights as before afterwards."""

import pytest
import torch
from torch import nn

from core.contracts.objective import Adversarial
from core.contracts.toy_models import linear
from core.distributed.fabric import make_fabric
from core.objectives.fast_adversarial import FastAdversarial
from core.objectives.pgd_adversarial import PGDAdversarial
from core.objectives.trades import Trades
from core.training.awp import buffers_of, perturbed
from core.training.batch_gradient import descent
from tests.toys import separable, small, whole


def test_by_hand_on_a_linear_model() -> None:
    """Weights (3, 4) of length 5, one pixel x = 1, label 0: logits (3, 4), p_0 = 1 / (1 + e), gradient (p_0 - 1, p_1).

    p_1 = e / (1 + e) = 0.731059, so the gradient is 0.731059 * (-1, 1), its direction (-1, 1) / sqrt(2). With
    gamma = 0.05 the weights move by 0.25 * (-0.707107, 0.707107) to (2.823223, 4.176777), where the loss is
    log(1 + exp(1.353553)) = 1.583331 and its gradient p_1 = 1 / (1 + exp(-1.353553)) = 0.794710 times (-1, 1).
    """
    model = linear([[[[3.0]]], [[[4.0]]]])
    weight = model.net.get_parameter("weight")
    before = weight.detach().clone()
    batch = whole(torch.ones(1, 1, 1, 1), torch.tensor([0]))
    numbers = descent(model, FastAdversarial(eps=0.0, awp=0.05), [batch], 0, make_fabric("cpu"))
    assert numbers["loss"] == pytest.approx(1.583331, abs=2e-6)
    assert weight.grad is not None
    assert weight.grad.flatten().tolist() == pytest.approx([-0.794710, 0.794710], abs=2e-6)
    assert torch.equal(weight, before)


def test_the_change_by_hand_and_the_weights_after_an_error() -> None:
    net = nn.Sequential(nn.Linear(2, 2), nn.BatchNorm1d(2))
    before = {name: value.clone() for name, value in net.state_dict().items()}
    for weight in net.parameters():
        weight.grad = torch.ones_like(weight)
    with pytest.raises(RuntimeError, match="stop"), perturbed(net, 0.5):
        length = before["0.weight"].norm()
        torch.testing.assert_close(net[0].weight, before["0.weight"] + 0.5 * length * torch.ones(2, 2) / 2)
        for name in ("0.bias", "1.weight", "1.bias"):  # one dimension: left alone
            assert torch.equal(net.state_dict()[name], before[name])
        raise RuntimeError("stop")
    assert all(torch.equal(value, before[name]) for name, value in net.state_dict().items())


@pytest.mark.parametrize("kind", [FastAdversarial, PGDAdversarial, Trades])
def test_perturbed_weights_have_a_higher_loss_and_come_back(kind: type[Adversarial]) -> None:
    classifier = small()
    classifier.net.train()
    batch, fabric = whole(*separable(32)), make_fabric("cpu")
    weights = {name: value.detach().clone() for name, value in classifier.net.named_parameters()}
    put_back = buffers_of(classifier.net)
    plain = descent(classifier, kind(), [batch], 0, fabric)
    put_back()
    attacked = descent(classifier, kind(awp=0.02), [batch], 0, fabric)
    tracked = int(classifier.net.get_buffer("1.num_batches_tracked"))
    put_back()
    late = descent(classifier, kind(awp=0.02, awp_after=1), [batch], 0, fabric)
    assert attacked["loss"] > plain["loss"]
    assert late == plain
    assert tracked == int(classifier.net.get_buffer("1.num_batches_tracked"))  # the first pass left no trace
    assert all(torch.equal(value, weights[name]) for name, value in classifier.net.named_parameters())
