"""A map does not depend on the batch it came in: not on its place, its neighbours, nor on how many they are.

What may differ is float rounding: a convolution adds in another order in a batch of another size. On these networks it
came to less than 1e-6 of a map's largest value (Grad-CAM++ and PGCA; the others ask about one image at a time).
"""

from functools import cache

import pytest
import torch
from torch import Tensor

from core.catalog import EXPLAINERS, load_classifier
from core.contracts.classifier import Classifier
from core.contracts.explainer import Explainer
from core.contracts.layer import with_layers
from core.contracts.toy_models import linear
from core.images.samples import sample_images
from core.layers.sgam import Sgam
from core.map_distances.spearman import Spearman

KEYS = sorted(EXPLAINERS)
LESS = {"samples": 40, "evaluations": 40, "steps": 8, "background": "shades"}  # of what costs time
ORDER = [2, 0, 3, 1]
SLOW = pytest.param("cifar10_resnet20:standard", marks=pytest.mark.slow)
ROUNDING = 1e-5  # of the largest value


def explainer(key: str) -> Explainer:
    fields = EXPLAINERS[key].__dataclass_fields__
    return EXPLAINERS[key](**{name: value for name, value in LESS.items() if name in fields})


@cache
def subjects(name: str) -> tuple[Classifier, Tensor, Tensor]:
    """A trained network, four pictures, and classes that are not all the answer."""
    model = load_classifier(name)
    images = sample_images(model, 4)
    targets = model.probabilities(images).argmax(dim=1)
    targets[3] = (targets[3] + 1) % len(model.labels)
    return model, images, targets


def masking(model: Classifier) -> Classifier:
    """The same behind an attention mask that differs from place to place."""
    made = with_layers(model, [Sgam()])
    weight = made.net.get_submodule("attention.odds").weight
    assert isinstance(weight, Tensor)
    weight.data = torch.randn(weight.shape, generator=torch.Generator().manual_seed(0))
    return made


def apart(one: Tensor, other: Tensor) -> float:
    """The largest difference of two sets of maps, each in parts of the map's largest value."""
    return float(((one - other).abs().amax(dim=(1, 2)) / other.abs().amax(dim=(1, 2)).clamp_min(1e-12)).max())


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("name", ["mnist_cnn:standard", SLOW])
def test_alone_in_company_and_in_another_order(name: str, key: str) -> None:
    model, images, targets = subjects(name)
    method = explainer(key)
    if method.obstacle(model):
        model = masking(model)
    assert not method.obstacle(model)
    whole = method(model, images, targets, seed=3)
    assert apart(method(model, images[ORDER], targets[ORDER], seed=3).values, whole.values[ORDER]) < ROUNDING
    alone = [method(model, images[i : i + 1], targets[i : i + 1], seed=3) for i in range(len(images))]
    maps = torch.cat([each.values for each in alone])
    assert apart(maps, whole.values) < ROUNDING
    assert (Spearman()(maps, whole.values) > 0.9999).all()
    for name, values in whole.facts.items():
        torch.testing.assert_close(torch.cat([each.facts[name] for each in alone]), values, rtol=1e-3, atol=1e-4)
    twice = method(model, images[[0, 0]], targets[[0, 0]], seed=3).values
    assert apart(twice[:1], twice[1:]) < ROUNDING, "the same picture twice has the same map twice"


@pytest.mark.parametrize("key", [key for key in KEYS if EXPLAINERS[key].unit == "score"])
def test_a_small_map_is_no_rounding_beside_one_of_large_scores(key: str) -> None:
    """Whether a map is above rounding is judged by the scores of its own image."""
    model = linear([[[[1000.0, 0.001], [0.0, 0.0]]], [[[0.0, 0.0], [0.0, 0.0]]]])
    method = EXPLAINERS[key](**{name: "black" for name in ("background", "fill", "baseline")
                                if name in EXPLAINERS[key].__dataclass_fields__})  # fmt: skip
    if reason := method.obstacle(model):
        pytest.skip(reason)
    images = torch.tensor([[[[0.0, 1.0], [0.0, 0.0]]], [[[1.0, 1.0], [0.0, 0.0]]]])
    targets = torch.tensor([0, 0])
    alone = method(model, images[:1], targets[:1]).values
    assert alone.abs().sum() > 0
    torch.testing.assert_close(method(model, images, targets).values[:1], alone)
