"""Insertion (Petsiuk, Das, Saenko 2018, arXiv 1806.07421): how fast the answer comes as its strongest pixels come."""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import conv2d

from core.base.params import param
from core.contracts.metric import Metric, Subject
from core.metrics._curves import area, curves

SIDE, SIGMA = 11, 5.0  # the authors' kernel


def blurred(images: Tensor, mean: Tensor) -> Tensor:
    """(N, C, H, W) smoothed as in the authors' code: an 11 x 11 kernel of sigma 5, beyond the edges the mean colour."""
    from scipy.ndimage import gaussian_filter

    spike = np.zeros((SIDE, SIDE))
    spike[SIDE // 2, SIDE // 2] = 1
    kernel = torch.from_numpy(gaussian_filter(spike, SIGMA)).to(images)
    kernel = kernel.expand(images.shape[1], 1, SIDE, SIDE)
    return conv2d(images - mean, kernel, padding=SIDE // 2, groups=images.shape[1]) + mean


@dataclass(frozen=True)
class Insertion(Metric):
    """Area under the target's probability while a blurred image is restored, strongest first; 0 to 1, higher is better.

    (sum s_i - s_0 / 2 - s_n / 2) / n over n = `steps` steps (authors' code). The paper follows the class that the image
    is given; here the class that the map explains. Two pixels (1, 1) with logits 4 x1 - 4 x2 against 0: the kernel
    sums to 1 and its two middle weights are k0, k1, so both blur to k = k0 + k1 and start at 0.5; restoring the first
    gives sigmoid(4 - 4 k), both 0.5 again.

    >>> from core.contracts.explainer import Attribution
    >>> from core.contracts.toy_models import linear
    >>> model, image = linear([[[[4.0, -4.0]]], [[[0.0, 0.0]]]]), torch.ones(1, 1, 1, 2)
    >>> k = blurred(image, torch.zeros(1, 1, 1))[0, 0, 0, 0].item()
    >>> found = Insertion(steps=2)(model, image, torch.tensor([0]), Attribution(torch.tensor([[[1.0, 0.0]]])))
    >>> round(found.item(), 5) == round((0.5 + 1 / (1 + float(np.exp(4 * k - 4)))) / 2, 5)
    True
    """

    key = "insertion"
    title = "Insertion"
    plain = "How much of the answer is there while the pixels that the map marks most are restored first; high is good."
    cite = "Petsiuk, Das, Saenko 2018, arXiv 1806.07421"
    better = "higher"

    steps: int = param(32, low=2, high=1024, title="Steps", help="Steps in which the pixels are restored")

    def run(self, subject: Subject) -> Tensor:
        mean = subject.images.new_tensor(subject.classifier.mean).view(-1, 1, 1)
        return area(curves(subject, blurred(subject.images, mean), subject.images, self.steps))


METRICS: tuple[type[Metric], ...] = (Insertion,)
