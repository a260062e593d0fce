"""What there is to show for one model: its card, and the completed runs that measured it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from core.checkpoints.card import Card, shipped_card
from core.runs.run import Run

KINDS = {
    "evaluate": "Attacks x strengths", "corruptions": "Common corruptions", "ara": "Smallest changes",
    "masking": "Checks against masked gradients", "explainers": "Quality of explanations",
}  # fmt: skip
COMMANDS = {kind: f"counterproof {kind} {{model}} --data DATA" for kind in KINDS}


@dataclass(frozen=True)
class Measured:
    """One completed run: its id, task, arguments and result."""

    id: str
    task: str
    arguments: Mapping[str, Any]
    result: Mapping[str, Any]


@dataclass(frozen=True)
class Evidence:
    """All of it. `kinds`: which kinds there are, "card" among them where the model has one."""

    model: str
    card: Card | None
    measured: tuple[Measured, ...]

    @property
    def kinds(self) -> set[str]:
        return {each.task for each in self.measured} | ({"card"} if self.card is not None else set())

    @property
    def missing(self) -> dict[str, str]:
        """Kind -> the command that would measure it."""
        return {kind: command.format(model=self.model) for kind, command in COMMANDS.items() if kind not in self.kinds}


def collect(model: str, runs: Iterable[Run]) -> Evidence:
    """The evidence of the classifier called `model`: its card, and every completed run that measured it, by kind.

    Every one, so that none is chosen by its result.
    """
    found: list[Measured] = []
    for run in runs:
        spec = run.spec
        task, arguments = spec.get("task"), spec.get("arguments")
        if not isinstance(task, str) or task not in KINDS or not isinstance(arguments, Mapping):
            continue
        if model in _models(arguments) and run.status.state == "completed" and (result := run.result()):
            found.append(Measured(run.id, task, arguments, result))
    order = list(KINDS)
    return Evidence(
        model, shipped_card(model), tuple(sorted(found, key=lambda each: (order.index(each.task), each.id)))
    )


def _models(arguments: Mapping[str, Any]) -> set[str]:
    """The names of the classifiers that a run measures."""
    several = arguments.get("classifiers")
    one = [arguments.get(name) for name in ("classifier", "model")]
    return {each for each in [*(several if isinstance(several, list) else []), *one] if isinstance(each, str)}
