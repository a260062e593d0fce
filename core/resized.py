"""A classifier on pictures of another size than its own: it scales them itself, and its gradients pass through that."""

from dataclasses import replace

from torch import Tensor, nn
from torch.nn.functional import interpolate

from core.classifier import Classifier


class Resized(nn.Module):
    """`net` after scaling to (height, width): bilinear, with antialiasing where that makes pictures smaller."""

    def __init__(self, net: nn.Module, side: tuple[int, int]) -> None:
        super().__init__()
        self.net, self.side = net, side
        self.training = net.training

    def forward(self, images: Tensor) -> Tensor:
        scaled = interpolate(images, self.side, mode="bilinear", antialias=True)
        return self.net(scaled)  # type: ignore[no-any-return]


def resized(classifier: Classifier, like: Classifier) -> Classifier:
    """`classifier` on the pictures that `like` takes, prepared as for that; itself if these are its own already.

    The weights, and the lock over them, are shared. ValueError if the two see another number of colour channels.
    """
    if classifier.size == like.size:
        return classifier
    (channels, height, width), (others, wanted_height, wanted_width) = classifier.size, like.size
    if channels != others:
        raise ValueError(f"expected pictures of {channels} colour channels, got {others}")
    return replace(
        classifier, net=Resized(classifier.net, (height, width)), size=like.size, resize=like.resize,
        interpolation=like.interpolation, cam_layer=f"net.{classifier.cam_layer}" if classifier.cam_layer else "",
        fingerprint=f"{classifier.fingerprint} scaled from {wanted_width} x {wanted_height}",
    )  # fmt: skip


def larger(before: Classifier, after: Classifier) -> Classifier:
    """The one of two that takes the larger pictures."""
    return max((before, after), key=lambda each: each.size[1] * each.size[2])
