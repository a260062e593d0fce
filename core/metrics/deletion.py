"""Deletion (Petsiuk, Das, Saenko 2018, arXiv 1806.07421): how fast the answer goes as its strongest pixels go."""

from dataclasses import dataclass

from torch import Tensor

from core.base.params import param
from core.contracts.metric import Metric, Subject
from core.metrics._curves import area, curves
from core.occlusion.changed_copies import FILLS, blank


@dataclass(frozen=True)
class Deletion(Metric):
    """Area under the target's probability while pixels are removed, strongest first; from 0 to 1, lower is better.

    (sum s_i - s_0 / 2 - s_n / 2) / n over n = `steps` steps (authors' code). The paper follows the class that the image
    is given; here the class that the map explains. Removed pixels take the mean colour, 0 after normalisation, as in
    the authors' code, or black. Two pixels with logits 4 x1 against 0, the first removed first: probabilities
    sigmoid(4) = 0.982, 0.5, 0.5, so (0.982 / 2 + 0.5 + 0.25) / 2 = 0.6205.

    >>> import torch
    >>> from core.contracts.explainer import Attribution
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
    fill: str = param("mean", choices=FILLS, title="Filled with", help="The colour of removed pixels")

    def run(self, subject: Subject) -> Tensor:
        empty = blank(subject, self.fill).expand_as(subject.images)
        return area(curves(subject, subject.images, empty, self.steps))


METRICS: tuple[type[Metric], ...] = (Deletion,)
