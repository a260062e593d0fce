"""On a plain picture no method draws a map; on a picture that shows something, each that can does."""

import pytest
import torch

from core.catalog import EXPLAINERS, load_classifier
from core.contracts.classifier import Classifier
from core.contracts.explainer import Explainer
from core.contracts.rounding import blank
from core.explainers.integrated_gradients import IntegratedGradients
from core.explainers.lime import Lime
from core.explainers.occlusion import Occlusion
from core.explainers.rise import Rise
from core.explainers.shap_deep import ShapDeep
from core.explainers.shap_gradient import ShapGradient
from core.explainers.shap_partition import ShapPartition
from core.images.samples import sample_images

HIDING: list[Explainer] = [
    IntegratedGradients(baseline="blurred", steps=8), ShapPartition(evaluations=40), Lime(samples=40),
    Occlusion(fill="blurred"), Occlusion(fill="blurred", read="probability"), Rise(samples=40, fill="blurred"),
    Lime(samples=40, fill="blur"), ShapGradient(background="blurred", samples=10), ShapDeep(background="blurred"),
]  # fmt: skip


@pytest.fixture(scope="module")
def model() -> Classifier:
    return load_classifier("mnist_cnn:standard")


@pytest.mark.parametrize("method", HIDING, ids=lambda each: f"{each.key}-{getattr(each, 'fill', '')}")
def test_what_is_rounding_on_a_plain_picture_is_no_map(model: Classifier, method: Explainer) -> None:
    plain = torch.stack([torch.full(model.size, shade) for shade in (1.0, 51 / 255, 0.3)])
    images = torch.cat([plain, sample_images(model, 1)])
    targets = model.probabilities(images).argmax(dim=1)
    maps = method(model, images, targets).values
    assert [blank(each) for each in maps] == [True, True, True, False]
    assert maps[:3].count_nonzero() == 0


@pytest.mark.parametrize("scale", [1e-4, 1e-2, 1e4])
def test_the_floor_goes_with_the_scale_of_the_model(model: Classifier, scale: float) -> None:
    scaled = model.copy()
    last = list(scaled.net.modules())[-1]
    with torch.no_grad():
        for weight in last.parameters():
            weight.mul_(scale)
    image = sample_images(model, 1)
    target = model.probabilities(image).argmax(dim=1)
    for method in (IntegratedGradients(steps=8), ShapPartition(evaluations=40)):
        assert not blank(method(scaled, image, target).values[0])
        assert blank(method(scaled, torch.full_like(image, 0.3), target).values[0]) == (method.key == "shap_partition")


def test_every_method_says_what_its_values_are_in() -> None:
    known = {"integrated_gradients": "score", "shap_deep": "score", "shap_gradient": "score", "shap_partition": "score",
             "lime": "probability", "grad_cam_pp": "own", "pgca": "own"}  # fmt: skip
    assert {key: each.unit for key, each in EXPLAINERS.items() if key in known} == known


def test_the_floor_is_high_enough_for_a_large_network() -> None:
    """Of what was measured, rounding is largest here: 930 times EPS of the largest score."""
    model = load_classifier("imagenet_efficientnet_lite0")
    plain = torch.tensor([0.2, 0.7, 0.333]).view(1, 3, 1, 1).expand(1, *model.size).contiguous()
    target = model.probabilities(plain).argmax(dim=1)
    method = IntegratedGradients(baseline="blurred", steps=4)
    assert method(model, plain, target).values.count_nonzero() == 0
