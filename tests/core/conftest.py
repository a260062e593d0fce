"""A small classifier, a picture and a case with two explainers, investigated once."""

import copy

import pytest
import torch
from torch import nn

from core.attacks.pgd import PGD
from core.contracts.classifier import Classifier
from core.explainers.grad_cam_pp import GradCAMPP
from core.explainers.lime import Lime
from core.study.case import Case
from core.study.change_size import eight_bit
from core.study.investigation import investigate
from core.study.study import Study, begin


@pytest.fixture(scope="session")
def toy() -> Classifier:
    torch.manual_seed(0)
    net = nn.Sequential(
        nn.Conv2d(3, 8, 3, padding=1), nn.ReLU(), nn.AdaptiveAvgPool2d(2), nn.Flatten(), nn.Linear(32, 4)
    ).eval()
    for weight in net.parameters():
        weight.data *= 3
    return Classifier(net, ("a", "b", "c", "d"), (3, 16, 16), key="toy", fingerprint="0" * 64, cam_layer="1")


@pytest.fixture(scope="session")
def investigated(toy: Classifier) -> Study:
    image = eight_bit(torch.rand(1, 3, 16, 16, generator=torch.Generator().manual_seed(3)))[0]
    case = Case("toy/1", "toy", PGD(eps=24 / 255, steps=4), (GradCAMPP(), Lime(samples=32)), controls=2)
    study = begin(case, toy, image)
    list(investigate(study, toy))
    return study


@pytest.fixture
def study(investigated: Study) -> Study:
    """A copy to change."""
    return copy.copy(investigated)
