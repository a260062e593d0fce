"""Which regions are spurious: on a planted model, from every source of masks, with and without a class."""

from dataclasses import replace

import pytest
import torch
from torch import Tensor, nn

from core.classifiers import mnist_cnn
from core.contracts.classifier import Classifier
from core.occlusion.superpixels import grid
from core.spurious.regions import SOURCES, SpuriousRegions
from core.spurious.score import Repeats, lime_weights
from tests.toys import CELLS, draw, separable, whole


class Planted(nn.Module):
    """Class 0 is supported by the first cell; light in the fourth speaks against it, more steeply."""

    def __init__(self) -> None:
        super().__init__()
        self.scale = nn.Parameter(torch.ones(()))

    def forward(self, images: Tensor) -> Tensor:
        cells = [images[:, 0, rows, columns].mean(dim=(1, 2)) for rows in (slice(0, 3), slice(3, 6)) for columns in
                 (slice(0, 3), slice(3, 6))]  # fmt: skip
        return self.scale * torch.stack([2 * cells[0] - 3 * cells[3], torch.zeros_like(cells[0])], dim=1)


PLANTED = Classifier(Planted(), ("yes", "no"), (1, 6, 6), key="planted")
PATTERN = torch.where(CELLS == 0, 0.9, torch.where(CELLS == 3, 0.7, 0.3))


@pytest.mark.parametrize("explained", ["true", "teacher"])
def test_what_is_sensitive_without_support_is_found_and_its_opposite_by_the_opposite_polarity(explained: str) -> None:
    images = PATTERN.expand(5, 1, 6, 6).contiguous()
    batch = whole(images, torch.zeros(5, dtype=torch.long) if explained == "true" else torch.ones(5, dtype=torch.long))
    assert PLANTED.probabilities(images).argmax(dim=1).tolist() == [1] * 5
    regions = SpuriousRegions(explained=explained, instability=0.0, cells=4, noise=0.0)
    against, supporting = (
        replace(regions, polarity=each).masks(PLANTED, PLANTED, batch) for each in ("against", "supporting")
    )
    first, last = (0, 3) if explained == "true" else (3, 0)  # of class "no" the fourth cell is the support
    assert torch.equal(against, (last == CELLS).expand(5, -1, -1))
    assert torch.equal(supporting, (first == CELLS).expand(5, -1, -1))


def test_a_model_that_answers_always_the_same_gives_empty_masks_and_random_ones_do_not_care() -> None:
    silent = Classifier(Planted(), ("yes", "no"), (1, 6, 6), key="silent")
    silent.net.scale.data.zero_()
    batch = whole(*separable(6))
    for source in ("lime", "gradient"):
        masks = SpuriousRegions(source, cells=4).masks(silent, silent, batch)
        assert masks is not None
        assert not masks.any()
    masks = SpuriousRegions("random", cells=4).masks(silent, silent, batch)
    assert masks.flatten(1).float().mean(dim=1).tolist() == [0.25] * 6


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("parts", ["grid", "slic"])
def test_masks_have_the_asked_area_and_leave_the_network_alone(source: str, parts: str) -> None:
    model = mnist_cnn.fresh(1)
    model.net.train()
    images = torch.nn.functional.interpolate(draw(6, 1, 5, 5), (28, 28), mode="bilinear")
    kept = {name: value.clone() for name, value in model.net.state_dict().items()}
    masks = SpuriousRegions(source, parts=parts, cells=16, area=0.5, repeats=2).masks(
        model, model, whole(images, torch.arange(6))
    )
    if source == "none":
        assert masks is None
        return
    assert masks.dtype == torch.bool
    shares = masks.flatten(1).float().mean(dim=1)
    assert ((shares - 0.5).abs() < (1e-6 if parts == "grid" else 0.25)).all()
    assert all(module.training for module in model.net.modules())
    assert all(torch.equal(value, kept[name]) for name, value in model.net.state_dict().items())
    assert all(weight.requires_grad and weight.grad is None for weight in model.net.parameters())


def test_without_a_class_only_the_instability_of_the_agreement_is_blamed() -> None:
    model, images = mnist_cnn.fresh(3), draw(4, 1, 28, 28)
    found = SpuriousRegions(explained="free", instability=1.0, repeats=4).masks(
        model, model, whole(images, torch.arange(4), seed=9)
    )
    parts = grid(28, 28, 4, 4).expand(4, -1, -1)
    with model.frozen():
        weights = lime_weights(model, images, None, parts, Repeats(repeats=4), 9)
    spread = weights.std(dim=0, correction=0).argsort(dim=1, descending=True)[:, :4]
    for image in range(4):
        assert found[image].unique().tolist() == [False, True]
        assert set(parts[image][found[image]].tolist()) == set(spread[image].tolist())
