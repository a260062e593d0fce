"""What models make of marked regions: by hand on linear models, and the difference paired on the same images."""

from dataclasses import replace

import pytest
import torch
from torch import nn

from core.compare.marked_region import _others, compared, region_use
from core.contracts.classifier import Classifier
from core.spurious.marked_images import MarkedImages


def net(weight: list[float]) -> Classifier:
    layer = nn.Linear(2, 2, bias=False)
    layer.weight.data = torch.tensor([[0.0, 0.0], weight])
    return Classifier(nn.Sequential(nn.Flatten(), layer), ("no", "yes"), (1, 1, 2))


def marked(count: int = 4) -> MarkedImages:
    images = torch.tensor([[[[0, 255]]], [[[255, 255]]], [[[0, 0]]], [[[255, 0]]]], dtype=torch.uint8)[:count]
    masks = torch.tensor([[[True, False]]]).expand(count, 1, 2)
    return MarkedImages(images, torch.tensor([1, 1, 0, 0])[:count], torch.zeros_like(masks), masks, ("No", "yes"))


def test_the_share_is_that_of_the_slope() -> None:
    """d log p_y / dx is proportional to the weights whatever the image: 3 of 4 parts lie on the first pixel."""
    assert region_use(net([3.0, -1.0]), marked()).share.tolist() == pytest.approx([0.75] * 4)
    assert region_use(net([0.0, -1.0]), marked()).share.tolist() == [0.0] * 4


def test_how_far_the_answer_moves_by_hand() -> None:
    """Two images, so each is filled from the other, whatever is drawn: p(yes | 0, 1) and p(yes | 1, 1) trade places."""
    found = region_use(net([2.0, 1.0]), marked(2))
    apart = torch.sigmoid(torch.tensor(3.0)) - torch.sigmoid(torch.tensor(1.0))
    assert found.moved.tolist() == pytest.approx([apart.item()] * 2, abs=1e-6)
    assert found.right.tolist() == [True, True]
    assert region_use(net([0.0, 1.0]), marked(2)).moved.tolist() == [0.0, 0.0]


def test_fills_come_from_other_images() -> None:
    for count in (2, 3, 50):
        for order in _others(count, 0):
            assert sorted(order.tolist()) == list(range(count))
            assert not (order == torch.arange(count)).any()
    assert [order.tolist() for order in _others(1, 0)] == [[0]] * 5


def test_after_minus_before_on_the_same_images() -> None:
    told = compared({"before": net([3.0, 1.0]), "after": net([0.0, 1.0])}, marked())
    assert told["count"] == 4
    assert told["area"] == 0.5
    assert told["share"]["before"][0] == pytest.approx(0.75)
    assert told["share"]["difference"]["difference"] == pytest.approx(-0.75)
    assert told["moved"]["after"][0] == 0
    assert told["moved"]["difference"]["difference"] < 0
    assert told["right"]["difference"]["count"] == 4


def test_what_does_not_fit_is_a_sentence() -> None:
    with pytest.raises(ValueError, match="1 x 1 x 2 pixels, this model takes 1 x 2 x 1"):
        region_use(replace(net([1.0, 1.0]), size=(1, 2, 1)), marked())
    with pytest.raises(ValueError, match="no class 'No'"):
        region_use(replace(net([1.0, 1.0]), labels=("a", "yes")), marked())
