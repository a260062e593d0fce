"""An arm of a trial: one way of training."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from core.base.params import from_spec, to_spec
from core.base.plain_line import plain_line
from core.catalog import LAYERS, OBJECTIVES
from core.contracts.layer import Layer
from core.contracts.objective import Objective

ENTRIES = {"title", "objective", "layers", "control"}


@dataclass(frozen=True)
class Arm:
    """One way of training: an objective, layers that are put into the network first, and a title for the tables.

    control: whether the recipe is to be ahead of it; a ceiling, say, is only shown beside.
    """

    title: str
    objective: Objective
    layers: tuple[Layer, ...] = ()
    control: bool = True

    def entry(self) -> dict[str, Any]:
        """In JSON."""
        layers = [to_spec(each) for each in self.layers]
        more = ({"layers": layers} if layers else {}) | ({} if self.control else {"control": False})
        return {"title": self.title, "objective": to_spec(self.objective)} | more


def read_arm(name: str, told: Mapping[str, Any], common: Mapping[str, Any]) -> Arm:
    """An arm, whose objective is the plan's with its own settings, or one of its own where it names another method."""
    if not isinstance(told.get("control", True), bool):
        raise ValueError(f"{name}: expected control to be true or false, got {told['control']!r}")
    own = dict(told.get("objective", {}))
    spec = own if own.get("method", common.get("method")) != common.get("method") else {**common, **own}
    objective = from_spec(spec, OBJECTIVES)
    layers = tuple(from_spec(each, LAYERS) for each in told.get("layers", ()))
    assert isinstance(objective, Objective)
    if unknown := sorted(set(told) - ENTRIES):
        raise ValueError(f"{name}: an arm has no {unknown[0]!r}")
    title, control = plain_line(str(told.get("title", name)), 120), told.get("control", True)
    return Arm(title, objective, layers, control)  # type: ignore[arg-type]
