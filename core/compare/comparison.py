"""What is compared on one image and what comes of it: two studies, and what each model makes of the other's image."""

from dataclasses import dataclass, field
from typing import Literal

from torch import Tensor

from core.contracts.attack import Attack
from core.contracts.explainer import Explainer
from core.study.case import Case, Explained
from core.study.prediction import Prediction
from core.study.study import Study

Side = Literal["before", "after"]
SIDES: tuple[Side, Side] = ("before", "after")


def other(side: Side) -> Side:
    """The other of the two."""
    return "after" if side == "before" else "before"


@dataclass(frozen=True)
class Pair:
    """What is asked of two classifiers, by name, about one image: the same attack, explainers, seed and controls."""

    image: str
    before: str
    after: str
    attack: Attack
    explainers: tuple[Explainer, ...] = ()
    seed: int = 0
    explained: Explained = "answer"
    controls: int = 3

    def case(self, side: Side) -> Case:
        """The same question to one of them: what Inspect shows."""
        return Case(self.image, getattr(self, side), self.attack, self.explainers, None, self.seed, self.explained,
                    self.controls)  # fmt: skip


@dataclass(frozen=True)
class Reach:
    """The linearised lower bound at the original image for one model, in `norm`, and its spurious share.

    `region`: the part of the picture that is called spurious, 0 to 1. `wrong`: the answer was wrong already.
    """

    value: float
    share: float
    region: float
    rival: int
    norm: float
    wrong: bool


@dataclass
class Crossing:
    """What one model makes of the image that was attacked for the other: its answer, by explainer its maps, and the
    pictures of those that make some.

    `reach` is about the original image. Filled in place by `cross`.
    """

    prediction: Prediction | None = None
    maps: dict[str, Tensor] = field(default_factory=dict)
    pictures: dict[str, Tensor] = field(default_factory=dict)
    reach: Reach | None = None


@dataclass
class Comparison:
    """One image, two models: a study of each, and for each what it makes of the other's attacked image."""

    pair: Pair
    studies: dict[Side, Study]
    crossings: dict[Side, Crossing] = field(default_factory=lambda: {side: Crossing() for side in SIDES})

    def fooled(self, side: Side) -> bool | None:
        """Whether the other's attacked image changes this model's answer; None before that is known."""
        first, crossed = self.studies[side].before, self.crossings[side].prediction
        return None if first is None or crossed is None else crossed.top != first.top

    def maps(self, key: str, *sides: Side) -> list[Tensor]:
        """Every map of one explainer that there is, of both models or of one, for one scale over all."""
        found: list[Tensor] = []
        for side in sides or SIDES:
            if maps := self.studies[side].maps.get(key):
                found += [maps.original, maps.attacked]
            found += [maps for name, maps in self.crossings[side].maps.items() if name == key]
        return found
