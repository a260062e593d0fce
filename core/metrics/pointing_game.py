"""The pointing game (Zhang et al. 2016, arXiv 1608.00507): does the strongest pixel lie on the object?"""

from dataclasses import dataclass

import torch
from torch import Tensor

from core.contracts.metric import Metric, Subject


@dataclass(frozen=True)
class PointingGame(Metric):
    """1 where the largest value of the map lies in the mask, else 0; higher is better. Needs a mask for each image.

    `null` is the mask's share of the picture: how often a point placed at random hits. Of equal values the first in
    reading order counts; a map that is the same everywhere points nowhere and gets its null. The authors allow 15
    pixels beside the mask, which a mask can be widened by beforehand.

    >>> from core.contracts.explainer import Attribution
    >>> from core.contracts.toy_models import linear
    >>> model = linear([[[[1.0, 1.0], [1.0, 1.0]]]])
    >>> values = torch.tensor([[[0.0, 3.0], [1.0, -9.0]], [[0.0, 3.0], [1.0, 9.0]], [[1.0, 1.0], [1.0, 1.0]]])
    >>> masks = torch.tensor([[[False, True], [False, False]]]).expand(3, 2, 2)
    >>> given = model, torch.zeros(3, 1, 2, 2), torch.tensor([0, 0, 0]), Attribution(values)
    >>> PointingGame()(*given, masks=masks).tolist()
    [1.0, 0.0, 0.25]
    >>> PointingGame().null(PointingGame().subject(*given, masks=masks)).tolist()
    [0.25, 0.25, 0.25]
    """

    key = "pointing_game"
    title = "Pointing game"
    plain = (
        "Whether the pixel that the map marks most lies on the object; by chance it does as often as the object is "
        "large."
    )
    cite = "Zhang, Lin, Brandt, Shen, Sclaroff 2016, arXiv 1608.00507"
    better = "higher"
    needs = "masks"

    def null(self, subject: Subject) -> Tensor:
        assert subject.masks is not None
        return subject.masks.flatten(1).double().mean(dim=1).cpu()

    def run(self, subject: Subject) -> Tensor:
        assert subject.masks is not None
        values = subject.values.flatten(1)
        hit = subject.masks.flatten(1).gather(1, values.argmax(dim=1, keepdim=True))[:, 0].double()
        flat = values.amax(dim=1) == values.amin(dim=1)
        return torch.where(flat, self.null(subject).to(hit), hit)


METRICS: tuple[type[Metric], ...] = (PointingGame,)
