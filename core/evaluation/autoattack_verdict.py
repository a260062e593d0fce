"""What AutoAttack found out about the images of a test set, as far as it has come."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from core.base.errors import Unreadable

HELD = "9"  # in `Verdict.fell`


@dataclass(frozen=True)
class Verdict:
    """What became of each image, and what it took.

    `fell`: one character an image: "0" answered wrong to begin with, "1" to "4" fell to the first to fourth attack of
    `order`, "9" held. `place`, `done`: the attack under way (from 1) and how many of its images it has been through.
    """

    order: tuple[str, ...]
    fell: str
    place: int = 1
    done: int = 0
    seconds: float = 0.0

    @property
    def finished(self) -> bool:
        return self.place > len(self.order)

    @property
    def after(self) -> dict[str, int]:
        """Images held before the first attack ("clean") and after each that has finished.

        >>> Verdict(("a", "b"), "0129", place=3).after
        {'clean': 3, 'a': 2, 'b': 1}
        """
        names = ("clean", *self.order[: self.place - 1])
        return {name: sum(int(each) > index for each in self.fell) for index, name in enumerate(names)}


def verdict_of(state: Mapping[str, Any], called: str) -> Verdict:
    """The verdict that was written as a JSON object; Unreadable, in a sentence that begins with `called`.

    >>> verdict_of({"order": ["apgd-ce"], "fell": "019", "place": 1, "done": 3, "seconds": 2.5}, "state.json").fell
    '019'
    >>> verdict_of({"order": ["apgd-ce"], "fell": "01x", "place": 1, "done": 3, "seconds": 2.5}, "state.json")
    Traceback (most recent call last):
    core.base.errors.Unreadable: state.json is damaged; remove it to begin anew
    """
    order, fell = state.get("order"), state.get("fell")
    place, done, seconds = (state.get(name) for name in ("place", "done", "seconds"))
    named = isinstance(order, list) and order and all(isinstance(name, str) for name in order)
    counted = isinstance(fell, str) and set(fell) <= set("012349")
    whole = all(isinstance(each, int) and not isinstance(each, bool) and each >= 0 for each in (place, done))
    if not (named and counted and whole and isinstance(seconds, int | float)):
        raise Unreadable(f"{called} is damaged; remove it to begin anew")
    return Verdict(**dict(state) | {"order": tuple(state["order"])})
