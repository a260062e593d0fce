"""The squeezers against the authors' functions (mzweilin/EvadeML-Zoo, utils/squeeze.py at 4dbeee0), and the score."""

import numpy as np
import pytest
import torch
from scipy import ndimage

from core.contracts.detector import Evidence
from core.contracts.toy_models import linear
from core.detectors.feature_squeezing import FeatureSqueezing, fewer_bits, median
from core.detectors.max_softmax import MaxSoftmax
from tests.toys import draw


def reduce_precision_py(x: np.ndarray, npp: int) -> np.ndarray:  # type: ignore[type-arg]
    """As theirs, line by line."""
    npp_int = npp - 1
    x_int = np.rint(x * npp_int)
    x_float = x_int / npp_int
    return np.asarray(x_float)


@pytest.mark.parametrize("bits", [1, 2, 5, 8])
def test_fewer_bits_is_theirs(bits: int) -> None:
    images = draw(2, 3, 7, 5)
    images[0, 0, 0, :3] = torch.tensor([0.0, 0.5, 1.0])
    wanted = reduce_precision_py(images.numpy(), 2**bits)
    torch.testing.assert_close(fewer_bits(images, bits).numpy(), wanted)


@pytest.mark.parametrize("size", [(2, 3, 7, 5), (1, 1, 1, 1), (1, 1, 28, 28)])
def test_the_median_is_theirs(size: tuple[int, ...]) -> None:
    """Theirs is `ndimage.median_filter(x, size=(1, 2, 2, 1), mode="reflect")` on (N, H, W, C)."""
    images = draw(*size)
    theirs = ndimage.median_filter(images.permute(0, 2, 3, 1).numpy(), size=(1, 2, 2, 1), mode="reflect")
    assert torch.equal(median(images), torch.from_numpy(theirs).permute(0, 3, 1, 2))


def test_the_score_is_the_larger_distance() -> None:
    """Logits (8 x, 0) on one pixel of 0.4: one bit makes it 0, the median leaves it: |p - p'|_1 of 0.4 and 0."""
    model = linear([[[[8.0]]], [[[0.0]]]])
    images = torch.tensor([[[[0.4]]], [[[1.0]]]])
    seen = Evidence(images, model.probabilities(images), torch.zeros(2, 1, 1))
    fitted = FeatureSqueezing().fit(model, seen, torch.tensor([False, False]))
    away = 1 / (1 + np.exp(-3.2)) - 0.5
    assert fitted.score(model, seen).tolist() == pytest.approx([2 * away, 0.0], abs=1e-6)


def test_the_median_takes_a_lonely_pixel_away() -> None:
    weight = torch.zeros(2, 1, 4, 4)
    weight[0, 0, 1, 1] = 8.0
    model = linear(weight.tolist())
    images = torch.zeros(1, 1, 4, 4)
    images[0, 0, 1, 1] = 1.0  # one bit leaves it
    seen = Evidence(images, model.probabilities(images), torch.zeros(1, 4, 4))
    away = 1 / (1 + np.exp(-8.0)) - 0.5
    assert FeatureSqueezing().restore({}).score(model, seen).tolist() == pytest.approx([2 * away], abs=1e-6)


def test_grey_pictures_keep_one_bit_and_colour_five() -> None:
    for channels, bits in ((1, 1), (3, 5)):
        generator = torch.Generator().manual_seed(0)
        model = linear(torch.randn(2, channels, 4, 4, generator=generator).tolist())
        images = draw(250, channels, 4, 4)  # more than are asked about at once
        seen = Evidence(images, model.probabilities(images), torch.zeros(250, 4, 4))
        given = FeatureSqueezing().restore({}).score(model, seen)
        assert torch.equal(given, FeatureSqueezing(bits=bits).restore({}).score(model, seen))
        assert not torch.equal(given, FeatureSqueezing(bits=bits + 1).restore({}).score(model, seen))
        assert ((given >= 0) & (given <= 2)).all()


def test_the_gradient_passes_the_rounding_by() -> None:
    images = torch.tensor([[[[0.2, 0.9]]]], requires_grad=True)
    found = fewer_bits(images, 1)
    assert found.tolist() == [[[[0.0, 1.0]]]]
    (gradient,) = torch.autograd.grad(found.sum(), images)
    assert gradient.tolist() == [[[[1.0, 1.0]]]]


def test_an_unsure_answer_scores_above_a_sure_one() -> None:
    answers = torch.tensor([[0.98, 0.01, 0.01], [0.4, 0.35, 0.25]])
    seen = Evidence(torch.zeros(2, 1, 1, 1), answers, torch.zeros(2, 1, 1))
    model = linear([[[[1.0]]], [[[0.0]]], [[[0.5]]]])
    assert MaxSoftmax().restore({}).score(model, seen).tolist() == pytest.approx([0.02, 0.6])
