"""What differs between the settings of two runs."""

from collections.abc import Mapping
from typing import Any

from core.base.params import Method, with_todays_names
from core.catalog import ATTACKS, EXPLAINERS, OBJECTIVES

METHODS: Mapping[str, type[Method]] = {**OBJECTIVES, **ATTACKS, **EXPLAINERS}


def difference(first: Mapping[str, Any], second: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    """Dotted name -> (in the first spec, in the second), of what is not the same; None where it is not set.

    >>> difference({"task": "a", "arguments": {"lr": 0.1, "n": 3}}, {"task": "a", "arguments": {"lr": 0.2, "n": 3}})
    {'arguments.lr': (0.1, 0.2)}
    >>> difference({"objective": {"method": "lime_guided", "turns": 2}},
    ...            {"objective": {"method": "lime_guided", "groups": 2}})  # one parameter, under its earlier name
    {}
    """
    left, right = flat(first), flat(second)
    names = list(left) + [name for name in right if name not in left]
    return {name: (left.get(name), right.get(name)) for name in names if left.get(name) != right.get(name)}


def flat(spec: Mapping[str, Any], above: str = "") -> dict[str, Any]:
    """A nested object as dotted name -> value, in its order."""
    settings: dict[str, Any] = {}
    for name, value in spec.items():
        settings |= flat(_today(value), f"{above}{name}.") if isinstance(value, Mapping) else {f"{above}{name}": value}
    return settings


def _today(spec: Mapping[str, Any]) -> Mapping[str, Any]:
    """A method in its JSON form with today's names of its parameters; anything else as it is."""
    kind = METHODS.get(str(spec.get("method", "")))
    return with_todays_names(kind, spec) if kind else spec
