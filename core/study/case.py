"""One question asked of one image: which classifier, which attack, which explainers, which controls."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from core.base.params import from_spec, to_spec
from core.catalog import ATTACKS, EXPLAINERS
from core.contracts.attack import Attack
from core.contracts.explainer import Explainer

Explained = Literal["answer", "original"]
MOST_DRAWS = 99  # of each control


@dataclass(frozen=True)
class Case:
    """The specification of a study; everything a computation depends on, and nothing it finds.

    image: id in the gallery or among the uploads. classifier: its name in the catalogue. target: the class to turn the
    image into, None for any other. explained: "answer" explains on each image the answer given for that image,
    "original" explains the original answer on all of them. controls: how many draws of noise, and of other seeds.
    """

    image: str
    classifier: str
    attack: Attack
    explainers: tuple[Explainer, ...] = ()
    target: int | None = None
    seed: int = 0
    explained: Explained = "answer"
    controls: int = 3

    def __post_init__(self) -> None:
        if self.explained not in ("answer", "original"):
            raise ValueError(f"expected explained to be 'answer' or 'original', got {self.explained!r}")
        if not isinstance(self.image, str) or not isinstance(self.classifier, str):
            raise ValueError("expected the image and the classifier by their names")
        if not _whole(self.controls) or not 1 <= self.controls <= MOST_DRAWS:
            raise ValueError(f"expected 1 to {MOST_DRAWS} control draws, got {self.controls!r}")
        if not _whole(self.seed) or not 0 <= self.seed < 2**31:
            raise ValueError(f"expected a seed from 0 to {2**31 - 1}, got {self.seed!r}")
        if self.target is not None and (not _whole(self.target) or self.target < 0):
            raise ValueError(f"expected the number of a class as the target, got {self.target!r}")

    def to_json(self) -> dict[str, Any]:
        """The JSON form, read back by `from_json`."""
        return {
            "image": self.image,
            "classifier": self.classifier,
            "attack": to_spec(self.attack),
            "explainers": [to_spec(explainer) for explainer in self.explainers],
            "target": self.target,
            "seed": self.seed,
            "explained": self.explained,
            "controls": self.controls,
        }

    @classmethod
    def from_json(cls, spec: Mapping[str, Any]) -> "Case":
        """The case a JSON form describes; ValueError names what is missing or unknown."""
        try:
            attack = from_spec(spec["attack"], ATTACKS)
            explainers = tuple(from_spec(entry, EXPLAINERS) for entry in spec["explainers"])
            rest = {name: spec[name] for name in ("image", "classifier", "target", "seed", "explained", "controls")}
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError(f"not the specification of a case: {error} is missing or of the wrong kind") from error
        assert isinstance(attack, Attack)
        return cls(attack=attack, explainers=explainers, **rest)  # type: ignore[arg-type]

    @property
    def id(self) -> str:
        """The first 16 hexadecimal digits of the sha256 of the JSON form."""
        return digest(self.to_json())

    @property
    def attack_id(self) -> str:
        """The id of this case without its explainers: cases that share it share the attacked image."""
        return replace(self, explainers=(), explained="answer", controls=1).id


def digest(spec: Mapping[str, Any]) -> str:
    """The id of the case of that JSON form."""
    return hashlib.sha256(json.dumps(spec, sort_keys=True).encode()).hexdigest()[:16]


def _whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
