"""How spurious a part of an image is: the score by plain loops, LIME's weights by scikit-learn, the rest by hand."""

import numpy as np
import pytest
import torch

from core.classifiers import mnist_cnn
from core.contracts.batch import stream
from core.contracts.toy_models import linear
from core.occlusion.superpixels import grid
from core.spurious.parts import largest
from core.spurious.score import Agreement, Repeats, lime_weights, score, sensitivity
from tests.toys import CELLS, draw


@pytest.mark.parametrize("supporting", [False, True])
def test_the_score_by_plain_loops(supporting: bool) -> None:
    weights = (draw(3, 5, 7) - 0.4).numpy()
    sensitive = draw(5, 7, seed=1).numpy()
    used = np.ones((5, 7), dtype=bool)
    used[2, 5:], weights[:, 2, 5:] = False, 0.0  # LIME gives numbers that an image does not use no weight
    found = score(
        *map(torch.from_numpy, (weights, sensitive, used)), unstable=0.7, unsupported=1.3, supporting=supporting
    )
    for image in range(5):
        parts = [part for part in range(7) if used[image, part]]
        mean = [np.mean([weights[t, image, part] for t in range(3)]) for part in range(7)]
        unstable = {p: np.std([weights[t, image, p] for t in range(3)]) / np.mean(np.abs(mean)) for p in parts}
        blame = {}
        for part in parts:
            support = max(mean[part], 0) / max(mean)
            blame[part] = sorted(sensitive[image, p] for p in parts).index(sensitive[image, part]) / (len(parts) - 1)
            blame[part] *= support if supporting else 1 - support
        for part in parts:
            places = []
            for values in (unstable, blame):
                below = sum(values[other] < values[part] for other in parts)
                equal = sum(values[other] == values[part] for other in parts) - 1
                places.append((below + equal / 2) / (len(parts) - 1))
            wanted = 0.7 * places[0] + 1.3 * places[1]
            assert found[image, part].item() == pytest.approx(wanted, abs=1e-5)


def test_sensitivity_on_a_linear_model_by_hand() -> None:
    """Two classes, logits (w x, 0): |dCE/dx| = (1 - p_y) |w|, averaged in each part."""
    weight = torch.zeros(2, 1, 6, 6)
    weight[0, 0, :3, :3], weight[0, 0, 3:, 3:] = 2.0, -0.5
    model = linear(weight.tolist())
    images, labels = draw(4, 1, 6, 6), torch.tensor([0, 1, 0, 1])
    wrong = 1 - model(images).softmax(dim=1).gather(1, labels[:, None])
    found = sensitivity(model, images, labels, CELLS.expand(4, -1, -1))
    torch.testing.assert_close(found, wrong * torch.tensor([[2.0, 0.0, 0.0, 0.5]]))


def test_limes_weights_are_those_of_a_weighted_ridge_on_the_answers() -> None:
    """Three repeats written out with scikit-learn, for a class and for no class."""
    from sklearn.linear_model import Ridge

    from core.occlusion.lime_engine import closeness, draw_masks

    model, images, classes = mnist_cnn.fresh(3), draw(2, 1, 28, 28), torch.tensor([4, 7])
    parts = grid(28, 28, 3, 3).expand(2, -1, -1)
    ask = Repeats(samples=33, repeats=3, noise=0.05)
    with model.frozen():
        both = [lime_weights(model, images, target, parts, ask, 11) for target in (classes, None)]
        for repeat in range(3):
            noise = torch.randn(1, 28, 28, generator=torch.Generator().manual_seed(stream(11, "noise", repeat)))
            keep = draw_masks(33, 9, stream(11, "masks", repeat) % 2**31)
            near = closeness(keep[None].float(), torch.tensor([9]))[0]
            for image in range(2):
                moved = (images[image] + 0.05 * noise).clamp(0, 1)
                copies = torch.stack([torch.where(row[parts[image]], moved, images[image].mean()) for row in keep])
                with torch.no_grad():
                    answers, whole_answer = model(copies).softmax(1), model(moved[None]).softmax(1)
                agree = 1 - (answers - whole_answer).abs().sum(1) / 2
                for found, y in zip(both, (answers[:, classes[image]], agree), strict=True):
                    fit = Ridge(alpha=1.0).fit(keep.float().numpy(), y.numpy(), sample_weight=near.numpy())
                    np.testing.assert_allclose(found[repeat, image].numpy(), fit.coef_, atol=2e-5)


def test_agreement_by_hand() -> None:
    agree = Agreement(torch.tensor([[0.5, 0.5], [1.0, 0.0]]))
    assert agree(torch.tensor([[1.0, 0.0], [1.0, 0.0]]), torch.tensor([0, 1])).tolist() == [0.5, 1.0]


def test_neither_none_nor_all_of_an_image_is_called_spurious() -> None:
    values, used = draw(6, 4), torch.ones(6, 4, dtype=torch.bool)
    assert largest(values, used, 0.95).sum(dim=1).tolist() == [3] * 6
    assert largest(values, used, 0.05).sum(dim=1).tolist() == [1] * 6
    assert not largest(values[:, :1], used[:, :1], 0.5).any()
