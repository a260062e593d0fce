"""Occlusion (Zeiler, Fergus 2014, arXiv 1311.2901): a square that is slid over the picture."""

import math
from dataclasses import dataclass
from typing import cast

import torch
from torch import Tensor

from core.base.params import param
from core.contracts.classifier import Classifier
from core.contracts.explainer import Attribution, Explainer
from core.contracts.metric import Subject
from core.contracts.rounding import EPS, PROBABILITY, SCORE
from core.occlusion.backgrounds import SINGLE, background, describe
from core.occlusion.changed_copies import Read, ask


def windows(height: int, width: int, side: int, step: int) -> Tensor:
    """(places, H, W) bool: a square of `side` pixels at each place, every `step` pixels from the upper left corner.

    The last of a row or column may reach beyond the picture's edge, so that every pixel lies in a square.

    >>> windows(1, 4, 2, 2).int().tolist(), windows(1, 4, 3, 2).int().tolist()
    ([[[1, 1, 0, 0]], [[0, 0, 1, 1]]], [[[1, 1, 1, 0]], [[0, 0, 1, 1]]])
    """
    along = []
    for length in (height, width):
        count = max(0, math.ceil((length - side) / step)) + 1
        start, place = torch.arange(count)[:, None] * step, torch.arange(length)
        along.append((place >= start) & (place < start + side))
    down, across = along
    return (down[:, None, :, None] & across[None, :, None, :]).reshape(-1, height, width)


@dataclass(frozen=True)
class Occlusion(Explainer):
    """values = the mean of f(x) - f(x with the square filled) over the squares that hold the pixel.

    f is the target's logit, or its probability (fig. 7 d of the paper). The square's side and step are shares of the
    picture's shorter side, rounded to pixels; a step larger than the square counts as its side. Signed: negative where
    covering helps. A map whose every fall is rounding (at most a thousandth of the largest such logit, or two
    millionths of a probability) is 0.

    Two rows of three white pixels whose probability is .3 and .1, .2 and -.05 more for those above. A square of two
    pixels has two places: covered with black they cost .1 + .2 and .2 - .05, and the middle column lies in both:

    >>> from core.contracts.toy_models import linear_probability
    >>> model = linear_probability([[[0.1, 0.2, -0.05], [0.0, 0.0, 0.0]]], base=0.3)
    >>> method = Occlusion(window=1.0, step=0.5, fill="black", read="probability")
    >>> found = method(model, torch.ones(1, 1, 2, 3), torch.tensor([0])).values
    >>> [[round(value, 4) for value in row] for row in found[0].tolist()]
    [[0.3, 0.225, 0.15], [0.3, 0.225, 0.15]]
    """

    key = "occlusion"
    title = "Occlusion"
    plain = "Slides a square over the picture and shows where covering it lowers the score of this answer."
    cite = "Zeiler, Fergus 2014, arXiv 1311.2901"

    window: float = param(
        0.2, low=0.02, high=1.0, step=0.02, title="Square", help="Its side, as a share of the picture's shorter side"
    )
    step: float = param(
        0.1, low=0.03, high=1.0, step=0.01, title="Step",
        help="How far the square moves each time, as a share of the same side; smaller is finer and slower",
    )  # fmt: skip
    fill: str = param("grey", choices=SINGLE, title="Covered with", help="What the square shows instead")

    read: str = param(
        "score", choices={"score": "the answer's score", "probability": "its probability"}, title="Measure the fall of",
        help="A fooled model is often so sure that its probability stays at 100 % whatever is covered; its score falls",
    )  # fmt: skip

    def against(self, classifier: Classifier) -> str:
        return describe(self.fill, classifier)

    def run(self, classifier: Classifier, images: Tensor, targets: Tensor, reference: Tensor, seed: int) -> Attribution:
        height, width = images.shape[2:]
        side, step = (max(1, round(share * min(height, width))) for share in (self.window, self.step))
        squares = windows(height, width, side, min(side, step)).to(images.device)
        covered = torch.cat([torch.zeros_like(squares[:1]), squares])[:, None]  # the first covers nothing
        fill = torch.cat([background(self.fill, classifier, each[None], seed).to(images) for each in reference])
        answers = ask(
            Subject(classifier, images, targets, images[:, 0], (seed,) * len(images)), len(covered),
            lambda which, copy: torch.where(covered[copy], fill[which], images[which]), cast(Read, self.read),
        )  # fmt: skip
        falls = answers[:, :1] - answers[:, 1:]
        least = SCORE * EPS * answers.abs().amax(dim=1) if self.read == "score" else PROBABILITY * EPS
        falls = torch.where((falls.abs().amax(dim=1) > least)[:, None], falls, 0.0)
        values = falls @ squares.flatten(1).to(falls) / squares.flatten(1).sum(dim=0)
        return Attribution(values.view(len(images), height, width))


EXPLAINERS: tuple[type[Explainer], ...] = (Occlusion,)
