"""The maps of images a little beside those that are judged, all asked for at once."""

from torch import Tensor

from core.contracts.metric import Subject


def nearby(subject: Subject, changes: Tensor) -> tuple[Tensor, Tensor]:
    """(images (N, S, C, H, W), maps (N, S, H, W)) of each image plus each of its changes, clipped to [0, 1].

    changes: (N, S, C, H, W). The explainer draws as it did before, so that what moves is not its luck; what depends on
    the layout of a picture, such as LIME's patches, is taken from the changed one.
    """
    images = (subject.images[:, None] + changes).clamp(0, 1)
    many, times = images.shape[:2]
    maps = subject.explain(images.flatten(0, 1), subject.targets.repeat_interleave(times))
    return images, maps.view(many, times, *maps.shape[1:])


def lengths(values: Tensor, begin: int) -> Tensor:
    """The Euclidean length over all dimensions from `begin` on, in double precision.

    >>> import torch
    >>> lengths(torch.tensor([[[3.0, 4.0]], [[0.0, 1.0]]]), 1).tolist()
    [5.0, 1.0]
    """
    return values.double().flatten(begin).square().sum(dim=begin).sqrt()
