"""Deletion (Petsiuk, Das, Saenko 2018, arXiv 1806.07421): how fast the answer goes as its strongest pixels go."""

from dataclasses import dataclass

import torch
from torch import Tensor

from core.base.params import param
from core.contracts.classifier import Classifier
from core.contracts.explainer import Attribution
from core.contracts.metric import Metric


def curve(classifier: Classifier, start: Tensor, end: Tensor, target: int, values: Tensor, steps: int) -> Tensor:
    """The probabilities (steps + 1,) of `target` while `start` (C, H, W) becomes `end`, its strongest pixels first.

    values (H, W): the order, largest first, signed; equal ones in reading order. Step i has round(i P / steps) of the P
    pixels changed.
    """
    order = values.flatten().argsort(descending=True, stable=True)
    rank = torch.empty_like(order)
    rank[order] = torch.arange(len(order), device=order.device)
    done = torch.tensor([round(step * len(order) / steps) for step in range(steps + 1)], device=order.device)
    changed = (rank[None] < done[:, None]).view(-1, 1, *values.shape).to(start.device)
    parts = [changed[place : place + 32] for place in range(0, steps + 1, 32)]
    probabilities = [classifier.probabilities(torch.where(part, end, start))[:, target].cpu() for part in parts]
    return torch.cat(probabilities)


def area(scores: Tensor) -> Tensor:
    """The trapezoid area under (n + 1,) scores: (sum s_i - s_0 / 2 - s_n / 2) / n.

    >>> area(torch.tensor([1.0, 0.5, 0.0, 0.0])).item()
    0.333...
    """
    return (scores.sum() - scores[0] / 2 - scores[-1] / 2) / (len(scores) - 1)


@dataclass(frozen=True)
class Deletion(Metric):
    """Area under the target's probability while pixels are removed, strongest first; from 0 to 1, lower is better.

    (sum s_i - s_0 / 2 - s_n / 2) / n over n = `steps` steps (authors' code). The paper follows the class that the image
    is given; here the class that the map explains. Removed pixels take the mean colour, 0 after normalisation, as in
    the authors' code, or black. Two pixels with logits 4 x1 against 0, the first removed first: probabilities
    sigmoid(4) = 0.982, 0.5, 0.5, so (0.982 / 2 + 0.5 + 0.25) / 2 = 0.6205.

    >>> from core.contracts.toy_models import linear
    >>> model, image = linear([[[[4.0, 0.0]]], [[[0.0, 0.0]]]]), torch.ones(1, 1, 1, 2)
    >>> Deletion(steps=2)(model, image, torch.tensor([0]), Attribution(torch.tensor([[[1.0, 0.0]]]))).tolist()
    [0.6205...]
    """

    key = "deletion"
    title = "Deletion"
    plain = "How much of the answer is left while the pixels that the map marks most are removed; low is good."
    cite = "Petsiuk, Das, Saenko 2018, arXiv 1806.07421"
    better = "lower"

    steps: int = param(32, low=2, high=1024, title="Steps", help="Steps in which the pixels are removed")
    fill: str = param(
        "mean", choices={"mean": "their mean colour", "black": "black"}, title="Filled with",
        help="The colour of removed pixels",
    )  # fmt: skip

    def __call__(self, classifier: Classifier, images: Tensor, targets: Tensor, attribution: Attribution) -> Tensor:
        mean = images.new_tensor(classifier.mean).view(-1, 1, 1)
        empty = (mean if self.fill == "mean" else torch.zeros_like(mean)).expand(images.shape[1:])
        areas = [
            area(curve(classifier, image, empty, target, values, self.steps))
            for image, target, values in zip(images, targets.tolist(), attribution.values, strict=True)
        ]
        return torch.stack(areas)


METRICS: tuple[type[Metric], ...] = (Deletion,)
