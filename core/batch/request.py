"""What is asked of a batch: a classifier, pictures, one attack, explainers, and the draws of all of them."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from core.base.params import from_spec, to_spec
from core.batch.collection import MOST, is_collection
from core.catalog import ATTACKS, EXPLAINERS
from core.contracts.attack import Attack
from core.contracts.explainer import Explainer
from core.study.case import Case, Explained

MOST_EXPLAINERS = 12
TEXTS = ("classifier", "collection", "data", "weights", "data_fingerprint", "title")


@dataclass(frozen=True)
class BatchRequest:
    """The arguments of the task `batch`, checked; ValueError in one sentence where they do not fit.

    Pictures: those of a `collection` (core.batch.collection), or else `count` test images of the data set `data`, drawn
    by `draw_seed`, all if there are no more; of a collection `count` says how many pictures it has. `attack` and
    `explainers`: in their JSON form. `seed`, `controls`, `explained`: those of every picture's study, see
    core.study.case. `weights`: the fingerprint of the classifier, and `data_fingerprint` that of the data, if the
    numbers are to hold for these only.
    """

    classifier: str
    attack: dict[str, Any]
    collection: str = ""
    data: str = ""
    explainers: tuple[dict[str, Any], ...] = ()
    count: int = 100
    draw_seed: int = 0
    seed: int = 0
    controls: int = 3
    explained: Explained = "answer"
    weights: str = ""
    data_fingerprint: str = ""
    title: str = ""

    def __post_init__(self) -> None:
        if wrong := [name for name in TEXTS if not isinstance(getattr(self, name), str)]:
            raise ValueError(f"batch: expected {wrong[0]} to be a text")
        if bool(self.collection) == bool(self.data):
            raise ValueError("a batch needs either pictures that were gathered or a data set")
        if self.collection and not is_collection(self.collection):
            raise ValueError("there is no collection of pictures of that name")
        for name, low, most in (("count", 1, MOST), ("draw_seed", 0, 2**31 - 1)):
            value = getattr(self, name)
            if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= most:
                raise ValueError(f"expected {name} to be a whole number from {low} to {most:,}, got {repr(value)[:60]}")
        if not isinstance(self.attack, dict) or not all(isinstance(each, dict) for each in self.explainers):
            raise ValueError("batch: expected the attack and the explainers in their JSON form")
        if len(self.explainers) > MOST_EXPLAINERS:
            raise ValueError(f"expected at most {MOST_EXPLAINERS} explainers, got {len(self.explainers)}")
        keys = [each.key for each in self.chosen_explainers()]
        if len(set(keys)) < len(keys):
            raise ValueError("expected each explainer once")
        self.case("")

    def chosen_attack(self) -> Attack:
        """The attack."""
        made = from_spec(self.attack, ATTACKS)
        assert isinstance(made, Attack)
        return made

    def chosen_explainers(self) -> tuple[Explainer, ...]:
        """The explainers, in the order of the catalogue."""
        made = [from_spec(each, EXPLAINERS) for each in self.explainers]
        order = {key: place for place, key in enumerate(EXPLAINERS)}
        return tuple(sorted((each for each in made if isinstance(each, Explainer)), key=lambda each: order[each.key]))

    def case(self, image: str) -> Case:
        """What is asked of the picture of this name."""
        return Case(
            image, self.classifier, self.chosen_attack(), self.chosen_explainers(), None, self.seed, self.explained,
            self.controls,
        )  # fmt: skip

    @classmethod
    def read(cls, arguments: Mapping[str, Any]) -> "BatchRequest":
        """From JSON; ValueError in one sentence."""
        known = {entry.name for entry in fields(cls)}
        if unknown := sorted(set(arguments) - known):
            raise ValueError(f"batch: unknown argument {', '.join(unknown)[:100]}")
        given = dict(arguments)
        if not isinstance(listed := given.get("explainers", ()), list | tuple):
            raise ValueError("batch: expected explainers to be a list")
        try:
            return cls(**given | {"explainers": tuple(listed)})
        except TypeError as error:
            raise ValueError(f"batch: {str(error).rpartition(') ')[2] or error}") from error

    def arguments(self) -> dict[str, Any]:
        """As JSON; what is left empty is left out."""
        plain = asdict(self) | {
            "attack": to_spec(self.chosen_attack()), "explainers": [to_spec(each) for each in self.chosen_explainers()],
        }  # fmt: skip
        return {name: value for name, value in plain.items() if value != "" and value is not None}
