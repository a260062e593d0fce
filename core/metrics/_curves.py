"""What deletion and insertion share: the answer while pixels change, the strongest of the map first."""

import torch
from torch import Tensor

from core.contracts.metric import Subject
from core.occlusion.changed_copies import ask, ranks


def curves(subject: Subject, start: Tensor, end: Tensor, steps: int) -> Tensor:
    """The probabilities (N, steps + 1) of the targets while `start` becomes `end`, each (N, C, H, W).

    Step i has the round(i P / steps) strongest of the P pixels changed; of signed values the largest is the strongest.
    """
    places = ranks(subject.values)
    count = places.shape[1]
    done = torch.tensor([round(step * count / steps) for step in range(steps + 1)], device=places.device)

    def make(which: Tensor, step: Tensor) -> Tensor:
        changed = (places[which] < done[step][:, None]).view(-1, 1, *start.shape[2:])
        return torch.where(changed, end[which], start[which])

    return ask(subject, steps + 1, make)


def area(scores: Tensor) -> Tensor:
    """The trapezoid areas (N,) under (N, n + 1) scores: (sum s_i - s_0 / 2 - s_n / 2) / n.

    >>> area(torch.tensor([[1.0, 0.5, 0.0, 0.0]])).tolist()
    [0.333...]
    """
    return (scores.sum(dim=1) - scores[:, 0] / 2 - scores[:, -1] / 2) / (scores.shape[1] - 1)
