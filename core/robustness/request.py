"""What is asked of an evaluation: classifiers, attacks and strengths by norm, on which images."""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any, Literal

from core.base.params import from_spec, to_spec
from core.catalog import ATTACKS
from core.contracts.attack import Attack

MOST = {"classifiers": 12, "attacks": 24, "strengths": 24}
NORMS = {math.inf: "strengths", 2.0: "strengths_l2"}  # norm -> the field that holds its strengths
COUNTS = {"count": 10**6, "batch": 500}
LARGEST = {"strengths": 1.0, "strengths_l2": 1e4}


@dataclass(frozen=True)
class Evaluation:
    """The arguments of the task `evaluate`, checked; ValueError in one sentence where they do not fit.

    `attacks`: in their JSON form. `strengths`: of L-infinity, in parts of the full range; `strengths_l2`: lengths; each
    rising, above 0. `count` images drawn by `seed`, all if there are no more. `only_standing`: each attack gets only
    what those before it have left, which is faster and tells the worst case, not each attack on its own. `published`:
    the name of figures in assets/published that belong beside those found. `weights`: the fingerprints of the
    classifiers, and `data_fingerprint` that of the data, if the numbers are to hold for these only.
    """

    classifiers: tuple[str, ...]
    data: str
    attacks: tuple[dict[str, Any], ...] = ()
    strengths: tuple[float, ...] = ()
    strengths_l2: tuple[float, ...] = ()
    split: Literal["train", "test"] = "test"
    count: int = 1000
    batch: int = 100
    seed: int = 0
    only_standing: bool = False
    weights: tuple[str, ...] = ()
    data_fingerprint: str = ""
    title: str = ""
    published: str = ""

    def __post_init__(self) -> None:
        if self.split not in ("train", "test"):
            raise ValueError(f"expected the train or the test split, got {self.split!r}")
        for name, most in COUNTS.items():
            value = getattr(self, name)
            if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= most:
                raise ValueError(f"expected {name} to be a whole number from 1 to {most}, got {repr(value)[:60]}")
        words = (*self.classifiers, *self.weights, self.data, self.data_fingerprint, self.title, self.published)
        if not all(isinstance(each, str) for each in words) or not all(isinstance(each, dict) for each in self.attacks):
            raise ValueError("evaluate: expected names of models and data, and attacks in their JSON form")
        if self.published and not self.published.isidentifier():
            raise ValueError(f"there are no published figures called {self.published[:60]!r}")
        if not 1 <= len(self.classifiers) <= MOST["classifiers"] or len(set(self.classifiers)) < len(self.classifiers):
            raise ValueError(f"expected 1 to {MOST['classifiers']} different models, got {len(self.classifiers)}")
        for name, largest in LARGEST.items():
            _expect_rising(name, getattr(self, name), largest)
        if len(self.attacks) > MOST["attacks"]:
            raise ValueError(f"expected at most {MOST['attacks']} attacks, got {len(self.attacks)}")
        for attack in self.methods():
            if not self.strengths_of(attack):
                raise ValueError(f"{attack.title} needs strengths of its own kind, and none were named")

    def methods(self) -> tuple[Attack, ...]:
        """The attacks; ValueError names an unknown one, or one whose change is told in no norm with strengths."""
        made: list[Attack] = []
        for spec in self.attacks:
            attack = from_spec(spec, ATTACKS)
            assert isinstance(attack, Attack)
            if attack.norm not in NORMS:
                raise ValueError(f"{attack.title} bounds the change in no norm that strengths are told in")
            made += (replace(attack, eps=_usual(attack)) if attack.bound == 0 else attack).parts()  # type: ignore[call-arg]
        return tuple(made)

    def strengths_of(self, attack: Attack) -> tuple[float, ...]:
        """The strengths of this attack's norm, as far as it goes: see its parameter `eps`."""
        asked: tuple[float, ...] = getattr(self, NORMS[attack.norm])
        high = next((entry.metadata["high"] for entry in fields(attack) if entry.name == "eps"), math.inf)
        if asked and asked[-1] > high + 1e-9:
            raise ValueError(f"{attack.title} goes up to a strength of {high:.4g}, not {asked[-1]:.4g}")
        return asked

    @classmethod
    def read(cls, arguments: Mapping[str, Any]) -> "Evaluation":
        """From JSON; ValueError in one sentence."""
        known = {entry.name: str(entry.type) for entry in fields(cls)}
        if unknown := sorted(set(arguments) - set(known)):
            raise ValueError(f"evaluate: unknown argument {', '.join(unknown)[:100]}")
        lists = {name: value for name, value in arguments.items() if known[name].startswith("tuple")}
        if wrong := [name for name, value in lists.items() if not isinstance(value, list | tuple)]:
            raise ValueError(f"evaluate: expected {wrong[0]} to be a list")
        try:
            return cls(**dict(arguments) | {name: tuple(value) for name, value in lists.items()})
        except TypeError as error:
            raise ValueError(f"evaluate: {str(error).rpartition(') ')[2] or error}") from error

    def arguments(self) -> dict[str, Any]:
        """As JSON, with lists for tuples."""
        plain = {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(self).items()}
        return plain | {"attacks": [to_spec(attack) for attack in self.methods()]}


def _usual(attack: Attack) -> float:
    return float(type(attack)().bound)


def _expect_rising(name: str, values: tuple[Any, ...], largest: float) -> None:
    whole = all(isinstance(each, int | float) and not isinstance(each, bool) and 0 < each <= largest for each in values)
    if not whole or list(values) != sorted(set(values)) or len(values) > MOST["strengths"]:
        raise ValueError(
            f"expected {name} to be at most {MOST['strengths']} rising numbers above 0 and up to {largest:g}"
        )
