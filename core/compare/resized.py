"""Two classifiers on the same pictures: one of another size scales them itself, and its gradients pass through that."""

from dataclasses import replace

from torch import Tensor, nn
from torch.nn.functional import interpolate

from core.contracts.classifier import Classifier, spelt


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
        fingerprint=f"{classifier.weights} scaled from {wanted_width} x {wanted_height}",
    )  # fmt: skip


def larger(before: Classifier, after: Classifier) -> Classifier:
    """The one of two that takes the larger pictures."""
    return max((before, after), key=lambda each: each.size[1] * each.size[2])


def mismatch(before: Classifier, after: Classifier) -> str | None:
    """Why these two cannot be compared, in one sentence; None if they can.

    >>> from core.contracts.toy_models import linear, quadrant
    >>> mismatch(linear([[[[1.0]]], [[[2.0]]]]), linear([[[[1.0]]], [[[2.0]]], [[[3.0]]]]))
    'The two models know different classes: one has 2, the other 3. Choose two that answer the same question.'
    """
    if len(before.labels) != len(after.labels):
        sizes = f"one has {len(before.labels):,}, the other {len(after.labels):,}"
        return f"The two models know different classes: {sizes}. Choose two that answer the same question."
    mine, theirs = spelt(before.labels), spelt(after.labels)
    if mine != theirs:
        place = next(index for index, pair in enumerate(zip(mine, theirs, strict=True)) if pair[0] != pair[1])
        named = f"where one says ‘{before.labels[place]}’, the other says ‘{after.labels[place]}’"
        return f"The two models know different classes: {named}. Choose two that answer the same question."
    if before.size[0] != after.size[0]:
        return f"The two models take different pictures: {before.size[0]} and {after.size[0]} colour channels."
    return None


def matched(
    before: Classifier, after: Classifier, size: tuple[int, ...] | None = None
) -> tuple[Classifier, Classifier]:
    """Both on pictures of one size: `size` if one of them takes those, else that of the one with the larger pictures.

    ValueError in a sentence if the two cannot be compared.
    """
    if reason := mismatch(before, after):
        raise ValueError(reason.rstrip("."))
    like = next((each for each in (before, after) if each.size == size), larger(before, after))
    return resized(before, like), resized(after, like)
