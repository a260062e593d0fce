"""A training run's state in one file: safetensors, with what is not a tensor as JSON in its header. No pickle."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import torch
from torch import Tensor, nn

from core.base.params import with_todays_names
from core.checkpoints.tensor_files import fit, read_header, read_tensors, write_tensors
from core.contracts.classifier import Classifier
from core.contracts.objective import Objective
from core.training.validation import Best, Validation


@dataclass(frozen=True, eq=False)
class State:
    """Tensors by name (`weights/...`, `momentum/...`, `average/...`, `best/...`, `masks`) and facts fit for JSON."""

    tensors: dict[str, Tensor] = field(default_factory=dict)
    facts: dict[str, Any] = field(default_factory=dict)

    def under(self, prefix: str) -> dict[str, Tensor]:
        """The tensors whose names begin with `prefix/`, without it."""
        start = prefix + "/"
        return {key.removeprefix(start): value for key, value in self.tensors.items() if key.startswith(start)}

    def save(self, path: Path) -> None:
        """Write all of it as `path` (.safetensors), whole or not at all."""
        write_tensors(path, self.tensors, {"facts": json.dumps(self.facts)})

    @classmethod
    def load(cls, path: Path) -> "State":
        """What `save` wrote; ValueError in one sentence if the file is something else."""
        tensors, _ = read_tensors(path, ours=True)
        facts = read_header(path).get("facts")
        if facts is None:
            raise ValueError(f"{path.name} holds weights, not the state of a training run")
        return cls(tensors, json.loads(facts))


def kept(prefix: str, tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Copies on the CPU, in plain memory order, each name with `prefix/` before it."""
    return {f"{prefix}/{key}": _plain(value) for key, value in tensors.items()}


def _plain(value: Tensor) -> Tensor:
    return value.detach().to("cpu", copy=True).contiguous()


def momentum(net: nn.Module, optimiser: torch.optim.Optimizer) -> dict[str, Tensor]:
    """The momentum of each weight that has moved, by the weight's name."""
    found = {name: optimiser.state[weight].get("momentum_buffer") for name, weight in net.named_parameters()}
    return {name: value for name, value in found.items() if value is not None}


def set_momentum(net: nn.Module, optimiser: torch.optim.Optimizer, values: dict[str, Tensor]) -> None:
    """Put back what `momentum` gave; a weight that is not named has none."""
    for name, weight in net.named_parameters():
        optimiser.state.pop(weight, None)
        if name in values:
            optimiser.state[weight]["momentum_buffer"] = torch.empty_like(weight.detach()).copy_(values[name])


class Resumable(Protocol):
    """What `gather` reads and `put_back` sets: the parts of core.training.loop.Training that change as it goes."""

    classifier: Classifier
    objective: Objective
    average: Classifier | None
    optimiser: torch.optim.Optimizer
    masks: Tensor | None
    kept: Mapping[str, float]
    done: int
    evaluations: float
    at_once: int
    validation: Validation


def gather(run: Resumable, facts: dict[str, Any]) -> State:
    """The state of `run`, with `facts` of the caller's added."""
    net, best = run.classifier.net, run.validation.best
    tensors = kept("weights", net.state_dict()) | kept("momentum", momentum(net, run.optimiser))
    if run.average is not None:
        tensors |= kept("average", run.average.net.state_dict())
    if run.masks is not None:
        tensors["masks"] = _plain(run.masks)
    if best is not None:
        tensors |= kept("best", best.weights)
        facts = facts | {"best": {"epoch": best.epoch, "score": best.score, "averaged": best.averaged}}
    facts = facts | {"at_once": run.at_once, "judged_at_once": run.validation.at_once}
    facts = facts | ({"kept": dict(run.kept)} if run.kept else {})
    return State(tensors, facts | {"done": run.done, "evaluations": run.evaluations})


def put_back(run: Resumable, spec: Mapping[str, Any], state: State) -> None:
    """Set `run`, which does what `spec` says, to what `gather` read; ValueError if that is of another run."""
    saved = state.facts.get("spec")
    if saved is not None and isinstance(saved.get("objective"), Mapping):  # a state from before a parameter was renamed
        saved = saved | {"objective": with_todays_names(type(run.objective), saved["objective"])}
    expect(spec, saved)
    fit(run.classifier.net, state.under("weights"), "the saved state")
    if run.average is not None:
        fit(run.average.net, state.under("average"), "the saved state")
    set_momentum(run.classifier.net, run.optimiser, state.under("momentum"))
    run.masks = state.tensors.get("masks")
    found = state.facts.get("best")
    run.validation.best = None if found is None else Best(weights=state.under("best"), **found)
    run.done, run.evaluations = state.facts["done"], state.facts["evaluations"]
    run.at_once, run.kept = state.facts["at_once"], state.facts.get("kept", run.kept)
    validation = run.validation
    validation.at_once = state.facts.get("judged_at_once", validation.at_once)  # older states have none


def expect(mine: Mapping[str, Any], saved: Mapping[str, Any] | None) -> None:
    """Raise ValueError that names what differs between the specs of two runs, if anything does."""
    if saved is None:
        raise ValueError("expected the state of a training run, got one without a spec")
    ours, theirs = _flat(mine), _flat(saved)
    names = [name for name in ours | theirs if ours.get(name) != theirs.get(name)]
    if names:
        said = "; ".join(f"{name} {theirs.get(name)} instead of {ours.get(name)}" for name in names[:6])
        raise ValueError(f"the saved state is of another run: {said}")


def _flat(spec: Mapping[str, Any]) -> dict[str, Any]:
    """The entries of the dictionaries in `spec` beside its other entries, named "part entry"."""
    flat: dict[str, Any] = {}
    for part, value in spec.items():
        flat |= {f"{part} {name}": each for name, each in value.items()} if isinstance(value, dict) else {part: value}
    return flat
