"""What a classifier answers about changed copies of the images that a metric judges, many of each in every batch."""

from collections.abc import Callable
from typing import Literal

import torch
from torch import Tensor

from core.contracts.ascend import laid_out
from core.contracts.finite import expect_finite
from core.contracts.metric import Subject
from core.occlusion.masking import batch_size

FILLS = {"mean": "their mean colour", "black": "black"}  # what is seen in place of a pixel that is taken away

Rows = Callable[[Tensor, Tensor], Tensor]  # (numbers of images (n,), numbers of copies (n,)) -> a tensor (n, ...)
Read = Literal["probability", "score", "right"]


def ranks(values: Tensor) -> Tensor:
    """(N, H, W) -> (N, H * W): each pixel's place from 0, the largest value first, equal ones in reading order.

    >>> ranks(torch.tensor([[[0.0, 3.0], [-1.0, 3.0]]])).tolist()
    [[2, 0, 3, 1]]
    """
    order = values.flatten(1).argsort(dim=1, descending=True, stable=True)
    places = torch.arange(order.shape[1], device=order.device).expand_as(order)
    return torch.empty_like(order).scatter(1, order, places)


def blank(subject: Subject, fill: str) -> Tensor:
    """(C, 1, 1): the colour called `fill`; the mean is what normalisation makes 0."""
    mean = subject.images.new_tensor(subject.classifier.mean).view(-1, 1, 1).expand(subject.images.shape[1], 1, 1)
    return mean if fill == "mean" else torch.zeros_like(mean)


@torch.no_grad()
def ask(subject: Subject, copies: int, make: Rows, read: Read = "probability") -> Tensor:
    """(N, copies) in double precision: the target's probability or score (logit), or 1 where it is the answer.

    make: numbers of images and of copies -> the copies (n, C, H, W).
    """
    many, size = len(subject), batch_size(subject.images)
    answers = subject.images.new_empty(many * copies, dtype=torch.float64)
    for start in range(0, many * copies, size):
        rows = torch.arange(start, min(start + size, many * copies), device=subject.images.device)
        which, copy = rows // copies, rows % copies
        logits = expect_finite(subject.classifier(laid_out(make(which, copy))), "the model's answer").double()
        target = subject.targets[which]
        if read == "right":
            answers[rows] = (logits.argmax(dim=1) == target).double()
        else:
            told = logits.softmax(dim=1) if read == "probability" else logits
            answers[rows] = told.gather(1, target[:, None])[:, 0]
    return answers.view(many, copies)


def taken_away(subject: Subject, copies: int, masks: Rows, fill: str, read: Read) -> tuple[Tensor, Tensor]:
    """(falls, support), each (N, copies): f(x) - f(x with the mask filled), and the sum of the map in the mask.

    masks: numbers of images and of copies -> masks (n, H, W), true where a pixel is taken away.
    """
    images, empty = subject.images, blank(subject, fill)
    support = []

    def make(which: Tensor, copy: Tensor) -> Tensor:
        away = masks(which, copy)
        support.append((subject.values[which].double() * away).sum(dim=(1, 2)))
        return torch.where(away[:, None], empty, images[which])

    after = ask(subject, copies, make, read)
    before = ask(subject, 1, lambda which, _: images[which], read)
    return before - after, torch.cat(support).view(len(subject), copies)
