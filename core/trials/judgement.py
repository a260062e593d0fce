"""How the models of a trial are judged: which measures, on which images, and what each image gives in each of them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from core.base.params import TYPES, from_spec, to_spec
from core.catalog import ATTACKS, EXPLAINERS, MAP_DISTANCES
from core.contracts.attack import Attack
from core.contracts.classifier import Classifier
from core.contracts.interfaces import Images
from core.data.by_name import stored
from core.evaluation.corruption_accuracy import Generated, cells
from core.trials.measures import ATTACKED, CLEAN, CORRUPTED, ON, STEADY

LIKENESS = "spearman"
KINDS: Mapping[str, type] = {"corruptions": int, "stability": int, "batch": int}
PER_MAP = 25  # images whose maps are made in one go


@dataclass(frozen=True)
class Judging:
    """Which measures: the attacks that an image is to withstand, all of them, to be right `attacked`.

    corruptions: for so many images also the share of the corruptions, all kinds and severities, of which it is right;
    stability: for so many the rank correlation of the true class's map before and after the first attack,
    by each of `explainers`, 0 where both maps say nothing; also: data sets of the same classes whose images are to be
    right as they are.
    """

    attacks: tuple[Attack, ...]
    corruptions: int = 0
    stability: int = 0
    explainers: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    batch: int = 250

    @classmethod
    def read(cls, told: Mapping[str, Any]) -> "Judging":
        """What a plan or a run says; ValueError in one sentence."""
        known = {"attacks", "corruptions", "stability", "explainers", "also", "batch"}
        if unknown := sorted(set(told) - known):
            raise ValueError(f"judging: unknown {unknown[0]!r}; there are {', '.join(sorted(known))}")
        attacks = tuple(from_spec(each, ATTACKS) for each in told.get("attacks", ()))
        lists = {name: tuple(told.get(name, ())) for name in ("explainers", "also")}
        if wrong := [name for name in lists if not isinstance(told.get(name, []), list | tuple)]:
            raise ValueError(f"judging: expected {wrong[0]} to be a list, got {told[wrong[0]]!r}")
        rest = {name: told[name] for name in KINDS if name in told}
        if rest.get("corruptions") is False:  # as earlier outcomes say
            rest["corruptions"] = 0
        return cls(attacks, **lists, **rest)  # type: ignore[arg-type]

    def __post_init__(self) -> None:
        if not self.attacks:
            raise ValueError("judging: expected at least one attack")
        if unknown := [each for each in self.explainers if each not in EXPLAINERS]:
            raise ValueError(f"judging: there is no explainer {unknown[0]!r}; there are {', '.join(EXPLAINERS)}")
        if self.stability > 0 and not self.explainers:
            raise ValueError("judging: to see how still maps stay, name explainers")
        for name, kind in KINDS.items():
            if type(getattr(self, name)) is not kind:
                raise ValueError(f"judging: expected {name} to be {TYPES[kind]}, got {getattr(self, name)!r}")
        for name, value in (("corruptions", self.corruptions), ("stability", self.stability)):
            if value < 0 or value == 1:
                raise ValueError(f"judging: expected {name} to be 0 or at least 2, to be compared, got {value}")
        if self.batch < 1:
            raise ValueError(f"judging: expected a batch from 1, got {self.batch}")
        for name in self.also:
            stored(name)

    def entry(self) -> dict[str, Any]:
        """In JSON, as `read` reads it."""
        plain = {name: getattr(self, name) for name in KINDS}
        lists = {name: list(getattr(self, name)) for name in ("explainers", "also")}
        return plain | lists | {"attacks": [to_spec(each) for each in self.attacks]}

    @property
    def measures(self) -> tuple[str, ...]:
        """Their names, in order: clean, attacked, corrupted, steady:EXPLAINER, on:DATA."""
        steady = self.explainers if self.stability else ()
        return (CLEAN, ATTACKED, *((CORRUPTED,) if self.corruptions else ()), *(f"{STEADY}:{each}" for each in steady),
                *(f"{ON}:{each}" for each in self.also))  # fmt: skip

    def parts(self, measure: str, count: int) -> Iterator[tuple[int, int]]:
        """The images, from begin to end, that are measured in one go, of `count`."""
        total, size = count, self.batch
        if measure.startswith(f"{STEADY}:"):
            total, size = min(self.stability, count), PER_MAP
        elif measure == CORRUPTED:
            total = min(self.corruptions, count)
        for begin in range(0, total, size):
            yield begin, min(begin + size, total)

    def values(self, measure: str, model: Classifier, data: Images, begin: int, end: int, seed: int = 0) -> list[float]:
        """What images `begin` to `end` give: 1.0 for right and 0.0 for wrong, a share, or a correlation."""
        rows = slice(begin, end)
        images, labels = data.images[rows].float() / 255, data.labels[rows]
        kind, _, named = measure.partition(":")
        if kind == CORRUPTED:
            return self._corrupted(model, data, begin, end, seed)
        if kind == STEADY:
            return self._steady(named, model, images, labels, seed + begin)
        right = _right(model, images, labels)
        for attack in self.attacks if kind == ATTACKED else ():
            if right.any():  # an image that has fallen need not be attacked again
                shown = attack(model, images[right], labels[right], seed=seed + begin).cpu()
                right[right.clone()] = _right(model, shown, labels[right])
        return right.double().tolist()

    def _corrupted(self, model: Classifier, data: Images, begin: int, end: int, seed: int) -> list[float]:
        source = Generated(data, seed)
        found = [_right(model, source.part(*cell, begin, end).float() / 255, data.labels[begin:end])
                 for cell in cells(source.names)[1:]]  # fmt: skip
        return [round(each, 4) for each in torch.stack(found).double().mean(dim=0).tolist()]

    def _steady(self, named: str, model: Classifier, images: Tensor, labels: Tensor, seed: int) -> list[float]:
        attacked = self.attacks[0](model, images, labels, seed=seed).cpu()
        explainer = EXPLAINERS[named]()
        before, after = (explainer(model, shown, labels, seed=seed, reference=images).values
                         for shown in (images, attacked))  # fmt: skip
        flat = torch.stack([each.flatten(1).std(dim=1) for each in (before, after)]).amax(dim=0) == 0
        found = MAP_DISTANCES[LIKENESS]()(before, after)
        return [0.0 if empty else round(float(each), 4) for each, empty in zip(found, flat, strict=True)]


def _right(model: Classifier, images: Tensor, labels: Tensor) -> Tensor:
    return model.probabilities(images).argmax(dim=1).cpu() == labels
