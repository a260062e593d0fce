"""Asking LIME again, against scikit-learn's ridge: with what earlier answers told, and with copies that count alike."""

import pytest
import torch

from core.contracts.classifier import Classifier
from core.occlusion.lime_engine import closeness, draw_masks
from core.occlusion.masking import respond
from core.occlusion.superpixels import superpixels
from core.recipes.lime_asking import CELLS, LASTS, Asked, Told, told
from tests.toys import LinearProbability

IMAGES = torch.rand(2, 1, 8, 8, generator=torch.Generator().manual_seed(5))
CLASSES = torch.tensor([0, 1])


@pytest.fixture(scope="module")
def model() -> Classifier:
    weight = 0.02 * torch.rand(1, 8, 8, generator=torch.Generator().manual_seed(2)) - 0.005
    return Classifier(LinearProbability(weight), ("yes", "no"), (1, 8, 8))


@pytest.mark.parametrize("near", [True, False])
@pytest.mark.parametrize("again", [False, True])
def test_it_is_a_ridge_towards_what_was_told_before(model: Classifier, near: bool, again: bool) -> None:
    from sklearn.linear_model import Ridge

    before = torch.randn(2, CELLS, generator=torch.Generator().manual_seed(7)).double() / 50
    last, known = (Told(torch.tensor([0, 0]), before, 20.0), LASTS * 20.0) if again else (None, 0.0)
    found = told(model, IMAGES, CLASSES, Asked(33, 7, warm=again, near=near), 3, last)
    masks = draw_masks(33, CELLS, 3)
    mean = IMAGES.mean(dim=(2, 3), keepdim=True).expand_as(IMAGES)
    with model.frozen():
        answers = respond(model, IMAGES, CLASSES, superpixels(IMAGES, "grid", CELLS).expand(2, -1, -1), masks[None],
                          mean)  # fmt: skip
    counted = closeness(masks[None], torch.tensor([CELLS]))[0] if near else torch.ones(33)
    for index in range(2):
        known_class = again and index == 0  # of the other image another class was asked about
        prior = before[index] if known_class else torch.zeros(CELLS, dtype=torch.float64)
        left = (answers[index].double() - masks.double() @ prior).numpy()
        ridge = Ridge(alpha=max(1.0, known)).fit(masks.double().numpy(), left, sample_weight=counted.double().numpy())
        torch.testing.assert_close(found.weights[index], prior + torch.from_numpy(ridge.coef_), atol=1e-7, rtol=1e-6)
    assert found.counts == pytest.approx(known + counted.sum().item() / 4, rel=1e-6)
