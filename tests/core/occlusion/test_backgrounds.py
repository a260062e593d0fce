"""What images are compared with: every background by name, in words, and the blur against scipy's."""

import sys
from dataclasses import replace
from types import ModuleType

import numpy as np
import pytest
import torch
from scipy.ndimage import gaussian_filter
from torch import Tensor

from core.classifiers import cifar10_resnet20, mnist_cnn
from core.contracts.classifier import Classifier
from core.explainers.shap_deep import ShapDeep
from core.explainers.shap_gradient import ShapGradient
from core.occlusion.backgrounds import COUNT, NAMES, SHADES, background, blur, describe


def drawn(classifier: Classifier, count: int = 2, seed: int = 0) -> Tensor:
    return torch.rand(count, *classifier.size, generator=torch.Generator().manual_seed(seed))


def plain(classifier: Classifier) -> Classifier:
    """The classifier without its gallery, so that nothing depends on what ships."""
    return replace(classifier, samples="")


@pytest.mark.parametrize("name", [name for name in NAMES if name != "gallery"])
def test_a_background_is_images_described_in_words(name: str) -> None:
    model = plain(cifar10_resnet20.fresh(0))
    reference = drawn(model, 1)
    images = background(name, model, reference, seed=3)
    assert images.shape[1:] == model.size
    assert images.min() >= 0
    assert images.max() <= 1
    assert torch.equal(images, background(name, model, reference, seed=3))
    assert torch.equal(images, background(name, model, reference, seed=4)) == (name != "noise")
    words = describe(name, model)
    assert words
    assert len(images) == (int(words.split()[0]) if words[0].isdigit() else 1)


def test_the_gallery_is_the_samples_of_this_classifier(monkeypatch: pytest.MonkeyPatch) -> None:
    model = mnist_cnn.fresh(0)
    module = ModuleType("core.images.samples")
    module.sample_images = lambda classifier, count: drawn(classifier, count - 4)  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "core.images.samples", module)
    for name in ("auto", "gallery"):
        assert torch.equal(background(name, model, drawn(model, 1), 0), drawn(model, COUNT - 4))
        assert describe(name, model) == f"{COUNT - 4} sample images of the gallery"
    with pytest.raises(ValueError, match="no sample images"):
        background("gallery", plain(model), drawn(model, 1), 0)
    for method in (ShapGradient(background="gallery"), ShapDeep(background="gallery")):
        assert "no sample images" in method.obstacle(plain(model))
        assert method.obstacle(model) == ""
    with pytest.raises(ValueError, match="expected a background among"):
        background("purple", model, drawn(model, 1), 0)
    assert len(background("auto", plain(model), drawn(model, 1), 0)) == SHADES


def test_the_blur_is_scipys() -> None:
    images = torch.rand(2, 3, 20, 33, generator=torch.Generator().manual_seed(0)).double()
    for sigma in (1.0, 4.0):
        expected = gaussian_filter(images.numpy(), (0, 0, sigma, sigma), mode="nearest", radius=int(3 * sigma))
        np.testing.assert_allclose(blur(images, sigma).numpy(), expected, atol=1e-9)
