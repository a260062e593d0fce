"""The allow-list of networks a user's own weights may be loaded into: name -> how to build it, and its usual inputs."""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from core.base.rng import seeded
from core.classifiers import (
    cifar10_resnet18,
    cifar10_resnet20,
    imagenet_efficientnet_lite0,
    mnist_cnn,
    torchvision_imagenet,
)


@dataclass(frozen=True)
class Architecture:
    """`build(classes, channels)` gives an untrained network; the rest holds unless a model's card says otherwise."""

    name: str
    build: Callable[[int, int], nn.Module]
    size: tuple[int, int, int]
    mean: tuple[float, ...]
    std: tuple[float, ...]
    resize: int = 0
    cam_layer: str | None = None  # None: found by a look at the network
    any_channels: bool = False  # whether it can be built for greyscale as well as colour


def _ours() -> dict[str, Architecture]:
    cifar, mnist, lite = cifar10_resnet20, mnist_cnn, imagenet_efficientnet_lite0
    return {
        "resnet20": Architecture(
            "resnet20", cifar.ResNet20, cifar.SIZE, cifar.MEAN, cifar.STD, 0, cifar.CAM_LAYER, True
        ),
        "cifar_resnet18": Architecture(
            "cifar_resnet18", cifar10_resnet18.resnet18, cifar.SIZE, cifar.MEAN, cifar.STD, 0,
            cifar10_resnet18.CAM_LAYER, True,
        ),
        "mnist_cnn": Architecture(
            "mnist_cnn", mnist.MnistCNN, mnist.SIZE, mnist.MEAN, mnist.STD, 0, mnist.CAM_LAYER, True
        ),
        "efficientnet_lite0": Architecture(
            "efficientnet_lite0", lambda classes, _: lite.build(classes), (3, 224, 224), lite.MEAN, lite.STD, 256,
            lite.CAM_LAYER,
        ),
    }  # fmt: skip


def names() -> tuple[str, ...]:
    """Every allowed architecture."""
    return (*_ours(), *torchvision_imagenet.names())


def architecture(name: str) -> Architecture:
    """The allowed architecture of that name; ValueError if there is none."""
    if found := _ours().get(name):
        return found
    if name not in torchvision_imagenet.names():
        raise ValueError(
            f"there is no architecture {name[:60]!r}; allowed are {', '.join(_ours())} and torchvision's names"
        )
    how = torchvision_imagenet.default_weights(name).transforms()
    crop = how.crop_size[0]
    return Architecture(
        name, lambda classes, _: torchvision_imagenet.build(name, classes), (3, crop, crop), tuple(how.mean),
        tuple(how.std), how.resize_size[0],
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
