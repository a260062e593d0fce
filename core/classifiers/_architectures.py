"""The allow-list of networks a user's own weights may be loaded into: name -> how to build it, and its usual inputs."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor, nn

from core.base.rng import seeded
from core.classifiers import (
    _preact_resnet44,
    _timm,
    cifar10_resnet18,
    cifar10_resnet20,
    imagenet_efficientnet_lite0,
    mnist_cnn,
    torchvision_imagenet,
)
from core.classifiers._cifar_resnets import CifarResNet, PreActResNet18
from core.classifiers._last_maps import cam_layer as cam_layer_of
from core.classifiers._preact_resnet44 import PreActResNet44
from core.classifiers._preprocessing import usual
from core.classifiers._tensor_names import Rename, of_torchvision, same, to_blocks, to_linear, to_torchvision
from core.contracts.preprocessing import Preprocessing


@dataclass(frozen=True)
class Architecture:
    """`build(classes, channels)` gives an untrained network; `usual` holds unless a model's card says otherwise."""

    name: str
    title: str
    build: Callable[[int, int], nn.Module]
    usual: Preprocessing
    cam_layer: str | None = None  # None: found by a look at the network
    any_channels: bool = False  # whether it can be built for greyscale as well as colour
    find_layer: Callable[[nn.Module, tuple[int, int, int]], str] = cam_layer_of  # where cam_layer is None
    notes: tuple[str, ...] = ()  # sentences on what is done otherwise than where it comes from
    rename: Rename = same  # from the tensors' names in other editions of the network

    @property
    def size(self) -> tuple[int, int, int]:
        """(C, H, W) of its usual images."""
        return self.usual.size


TITLES = {
    "resnet20": "ResNet-20 (CIFAR, option B: projections)",
    "cifar_resnet18": "ResNet-18 (CIFAR stem)",
    "mnist_cnn": "Small CNN",
    "efficientnet_lite0": "EfficientNet-Lite0",
    **{f"cifar_resnet{depth}": f"ResNet-{depth} (CIFAR, option A)" for depth in (20, 32, 44, 56, 110)},
    "preact_resnet18": "Pre-activation ResNet-18 (CIFAR)",
    "preact_resnet18_last_norm": "Pre-activation ResNet-18 (CIFAR, normalised before pooling)",
    "preact_resnet44": "Pre-activation ResNet-44 (CIFAR, 3 × 3 shortcuts)",
    "preact_resnet44_half_huber": "Pre-activation ResNet-44 (CIFAR, 3 × 3 shortcuts, half-Huber ReLU)",
}


def _ours(name: str) -> Architecture:
    """One of those in `TITLES`."""
    made = partial(Architecture, name, TITLES[name], usual=usual(name))
    if name == "resnet20":
        layer = cifar10_resnet20.CAM_LAYER
        return made(cifar10_resnet20.ResNet20, cam_layer=layer, any_channels=True, rename=to_blocks)
    if name == "cifar_resnet18":
        layer = cifar10_resnet18.CAM_LAYER
        return made(cifar10_resnet18.resnet18, cam_layer=layer, any_channels=True, rename=to_torchvision)
    if name == "mnist_cnn":
        return made(mnist_cnn.MnistCNN, cam_layer=mnist_cnn.CAM_LAYER, any_channels=True)
    if name == "efficientnet_lite0":
        lite = imagenet_efficientnet_lite0
        return made(lambda classes, _: lite.build(classes), cam_layer=lite.CAM_LAYER)
    if name.startswith("preact_resnet44"):
        half_huber = name.endswith("half_huber")
        return made(lambda classes, _: PreActResNet44(classes, half_huber), cam_layer=_preact_resnet44.CAM_LAYER)
    if name.startswith("preact"):
        preact = partial(PreActResNet18, last_norm=name.endswith("last_norm"))
        return made(preact, cam_layer="last", any_channels=True, rename=to_linear)
    depth = int(name.removeprefix("cifar_resnet"))
    return made(partial(CifarResNet, depth), cam_layer="layer3", any_channels=True, rename=to_linear)


def _of_timm(name: str) -> Architecture:
    bare = name.removeprefix(_timm.PREFIX)
    _timm.expect_known(bare)
    build = partial(_timm.build, bare)
    return Architecture(
        name, bare, build, _timm.usual(bare), any_channels=True, find_layer=_timm.last_maps, notes=_timm.notes(bare)
    )


def names() -> tuple[str, ...]:
    """Every allowed architecture."""
    return (*TITLES, *torchvision_imagenet.names())


def architecture(name: str) -> Architecture:
    """The allowed architecture of that name; ValueError if there is none."""
    if name in TITLES:
        return _ours(name)
    if name.startswith(_timm.PREFIX):
        return _of_timm(name)
    if name not in torchvision_imagenet.names():
        raise ValueError(
            f"there is no architecture {name[:60]!r}; allowed are {', '.join(TITLES)}, torchvision's names, and "
            "timm's with timm: before them"
        )
    return Architecture(
        name, torchvision_imagenet.title(name), lambda classes, _: torchvision_imagenet.build(name, classes),
        usual(name), rename=of_torchvision,
    )  # fmt: skip


def empty(design: Architecture, classes: int, size: tuple[int, int, int]) -> nn.Module:
    """An untrained network for images of `size`, in evaluation mode; ValueError if it cannot take them."""
    if size[0] != design.size[0] and not (design.any_channels and size[0] in (1, 3)):
        raise ValueError(f"{design.name} takes images of {design.size[0]} channels, not {size[0]}")
    with seeded(0):
        net = design.build(classes, size[0]).eval()
    try:
        with torch.no_grad():
            logits: Tensor = net(torch.zeros(1, *size))
    except (RuntimeError, ValueError, AssertionError) as error:
        raise ValueError(f"{design.name} cannot take images of {size[2]} x {size[1]} pixels") from error
    if tuple(logits.shape) != (1, classes):
        raise ValueError(f"{design.name} gives {tuple(logits.shape)} for one image instead of (1, {classes})")
    return net


def head(net: nn.Module) -> str:
    """The name of the tensor whose first dimension is the number of classes: the last weight of the network."""
    return [name for name, value in net.state_dict().items() if value.ndim >= 2][-1]
