"""Every architecture's usual preprocessing, said once: for the catalogue, for untrained networks and for own models."""

from typing import Any

from core.contracts.preprocessing import Preprocessing

IMAGENET = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
CIFAR = (3, 32, 32)
OURS = {  # of torchvision's names, its own presets are read
    "resnet20": Preprocessing(CIFAR, (0.4914, 0.4822, 0.4465), (0.2470, 0.2435, 0.2616)),
    "cifar_resnet18": Preprocessing(CIFAR, (0.4914, 0.4822, 0.4465), (0.2470, 0.2435, 0.2616)),
    "cifar100_resnet20": Preprocessing(CIFAR, (0.5073, 0.4868, 0.4412), (0.2676, 0.2565, 0.2764)),
    "mnist_cnn": Preprocessing((1, 28, 28), (0.1307,), (0.3081,)),
    "efficientnet_lite0": Preprocessing((3, 224, 224), (127 / 255,) * 3, (128 / 255,) * 3, 256),
    # of the public repositories that these networks are known from, whose weights expect it
    **{f"cifar_resnet{depth}": Preprocessing(CIFAR, *IMAGENET) for depth in (20, 32, 44, 56, 110)},
    **{
        name: Preprocessing(CIFAR, (0.4914, 0.4822, 0.4465), (0.2023, 0.1994, 0.2010))
        for name in ("preact_resnet18", "preact_resnet18_last_norm")
    },
    # they normalise themselves
    **{
        name: Preprocessing(CIFAR, (0.0,) * 3, (1.0,) * 3) for name in ("preact_resnet44", "preact_resnet44_half_huber")
    },
}
INSIDE = ("googlenet", "inception_v3")  # torchvision's transform_input: published for inputs from -1 to 1


def default_weights(name: str) -> Any:
    """torchvision's record of the default weights of a model: address, size, preprocessing, class names."""
    from torchvision import models

    return models.get_model_weights(name).DEFAULT


def usual(name: str) -> Preprocessing:
    """The preprocessing that the architecture `name` is published with: ours, else torchvision's preset."""
    if name in OURS:
        return OURS[name]
    how = default_weights(name).transforms()
    mean, std = tuple(how.mean), tuple(how.std)
    if name in INSIDE:
        mean, std = (0.5, 0.5, 0.5), (0.5, 0.5, 0.5)
    crop = how.crop_size[0]
    return Preprocessing((3, crop, crop), mean, std, how.resize_size[0], how.interpolation.value)
