"""The classifiers that stand first in every list: those that come with the project and tell its story."""

FIRST_MODELS = (
    "cifar10_resnet20:standard",
    "cifar10_resnet20:adversarial",
    "cifar10_resnet20:lime_guided",
    "mnist_cnn:standard",
    "imagenet_efficientnet_lite0",
)
