"""ResNet-18 with a 3 x 3 stem for 32 x 32 colour images: the network of most adversarial training on CIFAR-10."""

from torch import nn

from core.base.rng import seeded
from core.classifiers._packaged import Packaged
from core.classifiers._preprocessing import usual
from core.classifiers.cifar10_resnet20 import LABELS
from core.classifiers.torchvision_imagenet import build
from core.contracts.classifier import Classifier
from core.contracts.interfaces import Source

CAM_LAYER = "layer4"


def resnet18(classes: int = 10, channels: int = 3, seed: int = 0) -> nn.Module:
    """torchvision's ResNet-18 (He et al. 2016, arXiv 1512.03385), its 7 x 7 stem and pooling replaced for small images.

    The stem is one 3 x 3 convolution of stride 1, so that four stages leave maps of 4 x 4.
    """
    net = build("resnet18", classes, seed)
    with seeded(seed):
        net.conv1 = nn.Conv2d(channels, 64, 3, 1, 1, bias=False)
        nn.init.kaiming_normal_(net.conv1.weight, mode="fan_out", nonlinearity="relu")  # as torchvision's
    net.maxpool = nn.Identity()
    return net


def fresh(seed: int = 0, labels: tuple[str, ...] = LABELS) -> Classifier:
    """An untrained classifier with weights drawn from `seed`, for its own classes or others."""
    net = resnet18(len(labels), seed=seed)
    return usual("cifar_resnet18").around(net, labels, key="cifar10_resnet18", cam_layer=CAM_LAYER, samples="cifar10")


class Cifar10ResNet18(Packaged):
    key = "cifar10_resnet18"
    title = "CIFAR-10, ResNet-18"
    titles = {
        "lime_guided": "ResNet-18, LIME-guided patches · CIFAR-10 small pictures",
        "random_masks": "ResNet-18, random patches (control) · CIFAR-10 small pictures",
    }
    fresh = staticmethod(fresh)


CLASSIFIERS: tuple[type[Source], ...] = (Cifar10ResNet18,)
