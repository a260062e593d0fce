"""RISE against the authors' formula and masks, rendered again, and against closed forms."""

import math

import numpy as np
import pytest
import torch
from skimage.transform import resize
from torch import Tensor

from core.base.cancellation import CancelScope
from core.classifiers import mnist_cnn
from core.contracts.classifier import Classifier
from core.contracts.toy_models import linear_probability, quadrant
from core.explainers.rise import Masks, Rise


def by_hand(size: tuple[int, int], cells: int, shown: float, count: int, seed: int) -> np.ndarray:
    """The masks as in `generate_masks` of github.com/eclique/RISE (d91ea00), of the same draws."""
    draws = torch.Generator().manual_seed(seed)
    grid = (torch.rand(count, cells, cells, generator=draws) < shown).numpy().astype("float32")
    cell = np.ceil(np.array(size) / cells).astype(int)
    x, y = (torch.randint(0, int(side), (count, 1), generator=draws)[:, 0].tolist() for side in cell)
    masks = np.empty((count, *size))
    for i in range(count):
        up = resize(grid[i], (cells + 1) * cell, order=1, mode="reflect", anti_aliasing=False)
        masks[i] = up[x[i] : x[i] + size[0], y[i] : y[i] + size[1]]
    return masks


@pytest.mark.parametrize("size", [(28, 28), (32, 32), (13, 30), (7, 6)])
@pytest.mark.parametrize(("cells", "shown"), [(8, 0.5), (5, 0.1), (2, 0.7)])
def test_masks_are_those_of_the_authors(size: tuple[int, int], cells: int, shown: float) -> None:
    wanted = by_hand(size, cells, shown, 40, 9)
    masks = Masks(*size, cells=cells, shown=shown, count=40, seed=9)
    np.testing.assert_allclose(masks(0, 40), wanted, atol=1e-6)
    np.testing.assert_allclose(torch.cat([masks(0, 17), masks(17, 40)]), wanted, atol=1e-6)
    assert 0 <= masks(0, 40).min() <= masks(0, 40).max() <= 1 + 1e-6


def coloured() -> Classifier:
    """A network of three channels whose mean colour is not black."""
    model = quadrant()
    return Classifier(model.net, model.labels, model.size, mean=(0.2, 0.4, 0.6), std=(0.5, 0.5, 0.5))


@pytest.mark.parametrize("which", ["mnist", "colour"])
def test_is_the_authors_formula(which: str) -> None:
    """Their `forward`: the masks times the normalised image; the answers times the masks, by N and by p1."""
    model, count, cells, shown = mnist_cnn.fresh(3) if which == "mnist" else coloured(), 90, 6, 0.3
    images, targets = torch.rand(2, *model.size, generator=torch.Generator().manual_seed(0)), torch.tensor([1, 0])
    height, width = model.size[1:]
    masks = torch.from_numpy(by_hand((height, width), cells, shown, count, 5)).float()
    mean, std = (torch.tensor(values).view(1, -1, 1, 1) for values in (model.mean, model.std))
    published, centred = (Rise(count, cells, shown, centre=centre)(model, images, targets, seed=5).values
                          for centre in (False, True))  # fmt: skip
    for place, target in enumerate(targets.tolist()):
        normal = (images[place] - mean) / std
        with model.frozen(), torch.no_grad():
            answers = model.net(masks[:, None] * normal).softmax(dim=1)
        saliency = (answers.T @ masks.view(count, -1)).view(-1, height, width) / count / shown
        torch.testing.assert_close(published[place], saliency[target], atol=1e-6, rtol=1e-4)
        less = answers[:, target] - answers[:, target].mean()
        wanted = (less @ masks.view(count, -1)).view(height, width) / count / shown
        torch.testing.assert_close(centred[place], wanted, atol=1e-6, rtol=1e-3)


def test_a_linear_probability_gives_the_masks_covariance() -> None:
    """E S = base + sum_j w_j x_j E M_j M / p1; centred, p' = base + p1 sum_j w_j x_j is taken off.

    Cells vary independently by p1 (1 - p1); what a pixel takes from them, by row and column, changes with the offset.
    """
    cells, shown, side = 3, 0.4, 6
    weight = 0.02 * torch.randn(1, side, side, generator=torch.Generator().manual_seed(1))
    model = linear_probability(weight.tolist(), base=0.5)
    image = torch.rand(1, 1, side, side, generator=torch.Generator().manual_seed(2))
    step = math.ceil(side / cells)
    up = torch.from_numpy(resize(np.eye(cells), ((cells + 1) * step, cells), order=1, mode="reflect",
                                 anti_aliasing=False)).float()  # fmt: skip
    shares = torch.stack([up[offset : offset + side] @ up[offset : offset + side].T for offset in range(step)]).mean(0)
    spread = (weight * image[0]).reshape(side, side)
    covariance = shown * (1 - shown) * shares @ spread @ shares
    target, count = torch.tensor([0]), 20000
    found, published = (Rise(count, cells, shown, centre=centre)(model, image, target).values[0]
                        for centre in (True, False))  # fmt: skip
    wanted = covariance / shown
    noise = 5 * float(spread.norm()) / count**0.5
    torch.testing.assert_close(found, wanted, atol=noise, rtol=0)
    assert wanted.abs().max() > 3 * noise
    least = 0.5 + shown * spread.sum()
    torch.testing.assert_close(published, wanted + least, atol=5 * float(least) / count**0.5, rtol=0)


def test_what_hides_is_a_choice_and_the_picture_is_asked_in_batches() -> None:
    model = mnist_cnn.fresh(0)
    image, target = torch.rand(1, *model.size, generator=torch.Generator().manual_seed(0)), torch.tensor([1])
    with CancelScope() as scope:
        maps = [Rise(300, fill=fill)(model, image, target).values for fill in ("mean", "grey", "blurred")]
    assert scope.queries == 900
    assert scope.forwards == 6
    assert not torch.allclose(maps[0], maps[1])
    other = Rise(300, fill="blurred")(model, image, target, reference=1 - image).values
    assert not torch.allclose(maps[2], other)
    assert "mean colour" in Rise().against(model)
    assert Rise(fill="grey").against(model) == "a grey image"


def test_hiding_nothing_gives_no_map_unless_it_is_the_published_one() -> None:
    """On a picture of the colour that hides, the published map is the answer times how often pixels were shown."""
    model, target = mnist_cnn.fresh(0), torch.tensor([0])
    plain: Tensor = torch.full((1, *model.size), 0.5)
    assert Rise(100, fill="grey")(model, plain, target).values.count_nonzero() == 0
    assert Rise(100, fill="grey", centre=False)(model, plain, target).values.std() > 0
