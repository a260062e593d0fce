"""Batch normalisation put into a network: nothing changes before training; in training each channel is standardised."""

from dataclasses import replace

import pytest
import torch
from torch import nn

from core.classifiers import cifar10_resnet20, mnist_cnn
from core.contracts.auxiliary_norm import AUXILIARY
from core.contracts.layer import with_layers
from core.contracts.toy_models import linear
from core.layers.auxiliary_batch_norm import AuxiliaryBatchNorm
from core.layers.batch_norm import BatchNorm
from tests.toys import draw


def test_before_training_it_changes_nothing_but_rounding() -> None:
    plain = mnist_cnn.fresh(2)
    made = with_layers(replace(plain, net=plain.net.eval()), [BatchNorm()])
    assert sum(isinstance(module, nn.BatchNorm2d) for module in made.net.modules()) == 2
    x = draw(6, 1, 28, 28)
    torch.testing.assert_close(made(x), plain(x), rtol=1e-3, atol=1e-4)


def test_in_training_the_channels_of_each_convolution_are_standardised_over_the_batch() -> None:
    """By hand, in double precision: less its mean, over the root of its variance plus 1e-5."""
    plain = mnist_cnn.fresh(2)
    made = with_layers(plain, [BatchNorm()]).net.double().train()
    x = draw(5, 1, 28, 28).double()
    convolved = plain.net.features[0].double()(x)
    mean, spread = convolved.mean((0, 2, 3), keepdim=True), convolved.var((0, 2, 3), keepdim=True, unbiased=False)
    torch.testing.assert_close(made.features[0](x), (convolved - mean) / (spread + 1e-5).sqrt())


def test_its_second_set_can_be_put_in_after_it() -> None:
    made = with_layers(mnist_cnn.fresh(), [BatchNorm(), AuxiliaryBatchNorm()])
    assert sum(AUXILIARY + "weight" in name for name in made.net.state_dict()) == 2
    assert [each["method"] for each in made.layers] == ["batch_norm", "auxiliary_batch_norm"]


def test_refusals_are_sentences() -> None:
    with pytest.raises(ValueError, match="Batch normalisation: this network has it already"):
        with_layers(cifar10_resnet20.fresh(), [BatchNorm()])
    flat = replace(linear([[[[1.0]]], [[[2.0]]]]), net=nn.Sequential(nn.Flatten(), nn.Linear(1, 2)))
    with pytest.raises(ValueError, match="Batch normalisation: this network has no convolution"):
        with_layers(flat, [BatchNorm()])
