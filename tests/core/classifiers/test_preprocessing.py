"""One preprocessing for an architecture, whoever asks: the catalogue, own models, torchvision itself."""

import pytest
import torch
from safetensors.torch import save
from torchvision import models

from core.catalog import load_classifier
from core.classifiers import torchvision_imagenet
from core.classifiers._architectures import architecture, names
from core.classifiers._preprocessing import usual
from core.classifiers.own import install
from core.contracts.preprocessing import INTERPOLATIONS, Preprocessing
from core.images.picture import FILTERS


@pytest.mark.parametrize("name", torchvision_imagenet.names())
def test_torchvisions_presets_are_taken_as_they_are(name: str) -> None:
    """But for the two that torchvision brings from its preset's range to -1 ... 1 inside the network."""
    how, mine = models.get_model_weights(name).DEFAULT.transforms(), usual(name)
    assert mine.size == (3, how.crop_size[0], how.crop_size[0])
    assert (mine.resize, mine.interpolation) == (how.resize_size[0], how.interpolation.value)
    said = torch.rand(3, 1, generator=torch.Generator().manual_seed(0))
    preset = (said - torch.tensor(how.mean)[:, None]) / torch.tensor(how.std)[:, None]
    if name in ("googlenet", "inception_v3"):  # torchvision.models.inception: Inception3._transform_input
        preset = torch.stack([
            preset[channel] * (std / 0.5) + (mean - 0.5) / 0.5
            for channel, (mean, std) in enumerate(zip((0.485, 0.456, 0.406), (0.229, 0.224, 0.225), strict=True))
        ])  # fmt: skip
    torch.testing.assert_close((said - torch.tensor(mine.mean)[:, None]) / torch.tensor(mine.std)[:, None], preset)


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize("name", ["mobilenet_v3_small", "googlenet"])
def test_own_models_are_prepared_as_the_catalogues(name: str) -> None:
    net = torchvision_imagenet.build(name, 3)
    own = load_classifier(install(save(net.state_dict()), name, ["a", "b", "c"], "mine"))
    assert Preprocessing.of(own) == Preprocessing.of(torchvision_imagenet.classifier(name, net)) == usual(name)


def test_every_filter_has_a_resampling_and_every_architecture_a_filter() -> None:
    assert set(INTERPOLATIONS) == set(FILTERS)
    assert {architecture(name).usual.interpolation for name in names()} == set(INTERPOLATIONS)
