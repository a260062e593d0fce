"""Gradients of a class's score at noisy copies of an image: what SmoothGrad and WassersteinGrad are made of."""

from collections.abc import Iterator

import torch
from torch import Tensor

from core.contracts.ascend import laid_out
from core.contracts.classifier import Classifier
from core.occlusion.masking import batch_size


def score_gradients(classifier: Classifier, images: Tensor, target: int) -> Tensor:
    """d logit_target / d x at each of the images (n, C, H, W): a tensor of their shape, without a graph.

    >>> from core.contracts.toy_models import linear
    >>> score_gradients(linear([[[[2.0, -4.0]]], [[[0.0, 0.0]]]]), torch.ones(1, 1, 1, 2), 0).tolist()
    [[[[2.0, -4.0]]]]
    """
    points = laid_out(images.detach()).requires_grad_(True)
    with torch.enable_grad():
        (gradients,) = torch.autograd.grad(classifier(points)[:, target].sum(), points)
    return gradients.detach()


def noisy_gradients(
    classifier: Classifier, image: Tensor, target: int, *, samples: int, noise: float, seed: int
) -> Iterator[Tensor]:
    """Gradients (n, C, H, W) at x + noise (max x - min x) e, a batch of copies after the other, `samples` in all.

    image x: (C, H, W). noise: a share of its range. e is standard normal, drawn by `seed` on the CPU, copy by copy, so
    that neither the device nor the size of a batch changes it. Copies are not clipped to [0, 1]: see arXiv 1706.03825.
    """
    generator = torch.Generator().manual_seed(seed)
    spread, size = noise * (image.max() - image.min()), batch_size(image[None])
    for start in range(0, samples, size):
        copies = range(min(size, samples - start))
        drawn = torch.stack([torch.randn(image.shape, generator=generator) for _ in copies]).to(image)
        yield score_gradients(classifier, image + spread * drawn, target)
