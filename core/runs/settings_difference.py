"""What differs between the settings of two runs."""

from collections.abc import Mapping
from typing import Any


def difference(first: Mapping[str, Any], second: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    """Dotted name -> (in the first spec, in the second), of what is not the same; None where it is not set.

    >>> difference({"task": "a", "arguments": {"lr": 0.1, "n": 3}}, {"task": "a", "arguments": {"lr": 0.2, "n": 3}})
    {'arguments.lr': (0.1, 0.2)}
    """
    left, right = flat(first), flat(second)
    names = list(left) + [name for name in right if name not in left]
    return {name: (left.get(name), right.get(name)) for name in names if left.get(name) != right.get(name)}


def flat(spec: Mapping[str, Any], above: str = "") -> dict[str, Any]:
    """A nested object as dotted name -> value, in its order."""
    found: dict[str, Any] = {}
    for name, value in spec.items():
        found |= flat(value, f"{above}{name}.") if isinstance(value, Mapping) else {f"{above}{name}": value}
    return found
