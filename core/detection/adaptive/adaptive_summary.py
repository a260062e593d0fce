"""What a detector is worth against an attacker who knows of it: shares with their intervals, and one sentence."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from torch import Tensor

from core.base.proportion import Proportion

FEW = 20  # images, below which a share says little
ONE_IN_FIVE = 0.2


def share(hits: int, count: int) -> dict[str, Any]:
    """As JSON: {"hits", "count", "share", "interval_95"} (Wilson); of no images the last two are None.

    >>> share(8, 10)
    {'hits': 8, 'count': 10, 'share': 0.8, 'interval_95': [0.4902, 0.9433]}
    >>> share(0, 0)
    {'hits': 0, 'count': 0, 'share': None, 'interval_95': None}
    """
    told: dict[str, Any] = {"hits": hits, "count": count, "share": None, "interval_95": None}
    if count:
        found = Proportion(hits, count)
        told |= {"share": found.value, "interval_95": [round(bound, 4) for bound in found.interval]}
    return told


@dataclass(frozen=True, eq=False)
class Fates:
    """What became of N images, all answered right before they were changed: `fooled` and `detected`, (N,) bool each.

    >>> import torch
    >>> fates = Fates(torch.tensor([True, True, False]), torch.tensor([True, False, False]))
    >>> {name: told["hits"] for name, told in fates.told().items()}
    {'fooled': 2, 'passed': 1, 'fooled_and_detected': 1, 'detected': 1}
    """

    fooled: Tensor
    detected: Tensor

    def __post_init__(self) -> None:
        if self.fooled.ndim != 1 or self.fooled.shape != self.detected.shape:
            raise ValueError(f"expected two lists of equal length, got {self.fooled.shape} and {self.detected.shape}")

    @property
    def passed(self) -> Tensor:
        """(N,) bool: fooled and not detected, which is the success of an attacker."""
        return self.fooled.bool() & ~self.detected.bool()

    def told(self) -> dict[str, dict[str, Any]]:
        """As JSON, each a share of the N images."""
        counted = {
            "fooled": self.fooled.bool(), "passed": self.passed,
            "fooled_and_detected": self.fooled.bool() & self.detected.bool(), "detected": self.detected.bool(),
        }  # fmt: skip
        return {name: share(int(which.sum()), len(which)) for name, which in counted.items()}


@dataclass(frozen=True, eq=False)
class Comparison:
    """The same N images attacked with and without knowledge of the detector, and two controls, which may be left out.

    `knowing`: attacked on classifier and detector together. `unknowing`: on the classifier alone, at the same strength
    and with as many steps. `detector_only`: the score made small, whatever the answer. `noise`: random changes of the
    same strength.
    """

    knowing: Fates
    unknowing: Fates
    detector_only: Fates | None = None
    noise: Fates | None = None

    def __post_init__(self) -> None:
        if len({len(each.fooled) for each in self._all().values()}) > 1:
            raise ValueError("expected the same images under every attack")

    def _all(self) -> dict[str, Fates]:
        every: Mapping[str, Fates | None] = {
            "knowing": self.knowing, "unknowing": self.unknowing, "detector_only": self.detector_only,
            "noise": self.noise,
        }  # fmt: skip
        return {name: each for name, each in every.items() if each is not None}

    def told(self) -> dict[str, Any]:
        """As JSON: {"images": N, and of each of these the shares of `Fates`}."""
        return {"images": len(self.knowing.fooled)} | {name: each.told() for name, each in self._all().items()}


def worth(recognised: Proportion | None, false_alarms: Proportion, passing: Proportion | None) -> str:
    """What a detector is worth, in one sentence.

    recognised: the attacked images that it detects, of attacks that it has not seen (None: there were none);
    false_alarms: the originals that it calls attacked; passing: the images that pass, of those that an attacker who
    knows tried (None: none were). A share of fewer than 20 images is told with their number.

    >>> worth(Proportion(932, 1000), Proportion(50, 1000), Proportion(174, 200))
    'It recognises 93 % of the attacks it has not seen, at one false alarm in 20; an attacker who knows of it passes
    87 % of the time.'
    >>> worth(Proportion(0, 500), Proportion(0, 500), Proportion(12, 12))
    'It recognises none of the attacks it has not seen, without a false alarm in 500 originals; an attacker who knows of
    it passed with all 12 images.'
    """
    first = "No attack that it has not seen was tried on it"
    if recognised is not None and recognised.count:
        part = {0: "none", recognised.count: "all"}.get(recognised.hits, percent(recognised))
        first = f"It recognises {part} of the attacks it has not seen{_few(recognised)}"
    last = "no attacker who knows of it was tried"
    if passing is not None and passing.count:
        images = "the one image" if passing.count == 1 else f"all {passing.count:,} images"
        ends = {0: f"never passed with {_counted(passing, 'image')}", passing.count: f"passed with {images}"}
        usual = f"passes {percent(passing)} of the time{_few(passing)}"
        last = f"an attacker who knows of it {ends.get(passing.hits, usual)}"
    return f"{first}, {_alarms(false_alarms)}; {last}."


def percent(part: Proportion) -> str:
    """In whole percent; what is not nothing or all is not called so.

    >>> [percent(Proportion(hits, 1000)) for hits in (2, 174, 998)]
    ['less than 1 %', '17 %', 'more than 99 %']
    """
    if 0 < part.value < 0.005:
        return "less than 1 %"
    if 0.995 <= part.value < 1:
        return "more than 99 %"
    return f"{100 * part.value:.0f} %"


def _alarms(part: Proportion) -> str:
    """The false alarms, as one in so many where they are rarer than one in five."""
    if not part.count:
        return "its false alarms not counted"
    if not part.hits:
        return f"without a false alarm in {_counted(part, 'original')}"
    if part.hits == part.count:
        return f"at a false alarm for every original{_few(part)}"
    if part.value > ONE_IN_FIVE:
        return f"at a false alarm for {percent(part)} of the originals{_few(part)}"
    return f"at one false alarm in {part.count / part.hits:,.0f}{_few(part)}"


def _few(part: Proportion) -> str:
    """How many images there were, where these are too few to say much; else ""."""
    return f" ({_counted(part, 'image')} only)" if part.count < FEW else ""


def _counted(part: Proportion, name: str) -> str:
    return f"{part.count:,} {name}{'' if part.count == 1 else 's'}"
