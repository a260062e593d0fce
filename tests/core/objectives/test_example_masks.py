"""The masks that objectives make in every step, as a run keeps them: what the loss lays over images, and no more."""

import torch
from torch import Tensor, nn

from core.contracts.batch import Batch
from core.contracts.classifier import Classifier
from core.objectives.cross_entropy import CrossEntropy
from core.objectives.saliency_guided import SaliencyGuided
from core.objectives.sg_drop import SGDrop


def batch() -> Batch:
    draws = torch.Generator().manual_seed(0)
    images = torch.rand(3, 1, 8, 8, generator=draws)
    return Batch(images, torch.tensor([0, 1, 0]), torch.arange(3), seed=1, first=0, whole=3)


class Halves(nn.Module):
    """The mean of the upper half, and that of the lower one, after a layer whose maps are half as large."""

    def __init__(self) -> None:
        super().__init__()
        self.maps = nn.AvgPool2d(2)

    def forward(self, images: Tensor) -> Tensor:
        seen: Tensor = self.maps(images)
        return torch.stack([seen[:, 0, :2].mean(dim=(1, 2)), seen[:, 0, 2:].mean(dim=(1, 2))], dim=1)


def halves() -> Classifier:
    return Classifier(Halves(), ("up", "down"), (1, 8, 8), key="halves", fingerprint="0" * 64, cam_layer="maps")


def test_saliency_guided_training_replaces_what_the_answer_does_not_rest_on() -> None:
    found = SaliencyGuided(share=0.5).example_masks(halves(), batch())
    assert found is not None
    assert (found.dtype, found.shape) == (torch.bool, (3, 8, 8))
    lower, upper = torch.zeros(8, 8).bool(), torch.zeros(8, 8).bool()
    lower[4:], upper[:4] = True, True
    assert torch.equal(found, torch.stack([lower, upper, lower]))
    assert SaliencyGuided(weight=0.0).example_masks(halves(), batch()) is None


def test_sgdrop_switches_off_where_the_answer_rests_most() -> None:
    given = batch()
    given.images[0, 0, 0:2, 4:6] = 1.0
    given.images[0, 0, 2:, :] *= 0.5
    found = SGDrop(rho=0.95).example_masks(halves(), given)
    assert found is not None
    assert (found.dtype, found.shape) == (torch.bool, (3, 8, 8))
    assert found[0, 0:2, 4:6].all()
    assert found[0].sum() == 4
    assert not found[1, :4].any(), "of the lower half the label of the second speaks"


def test_an_objective_that_masks_nothing_has_none() -> None:
    assert CrossEntropy().example_masks(halves(), batch()) is None
