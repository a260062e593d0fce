"""A method's parameters: dataclass fields that know their range, and the JSON form of a method."""

import math
from collections.abc import Mapping
from dataclasses import MISSING, Field, dataclass, field, fields
from typing import Any, ClassVar


def param(
    default: Any,
    *,
    low: float | None = None,
    high: float | None = None,
    step: float | None = None,
    choices: tuple[Any, ...] = (),
    title: str = "",
    help: str = "",
    unit: str = "",
) -> Any:
    """A dataclass field with its default, its closed range [low, high] or choices, and the words shown beside it.

    `unit="/255"` says that the value, a fraction of the full range, is shown multiplied by 255.
    """
    facts = {"low": low, "high": high, "step": step, "choices": choices, "title": title, "help": help, "unit": unit}
    return field(default=default, metadata=facts)


@dataclass(frozen=True)
class Method:
    """Base of attacks, explainers, objectives and metrics: a frozen dataclass whose fields are its parameters.

    `key` equals the file's name; `title` is for people; `plain` is one sentence without jargon; `cite` the source.
    """

    key: ClassVar[str] = ""
    title: ClassVar[str] = ""
    plain: ClassVar[str] = ""
    cite: ClassVar[str] = ""

    def __post_init__(self) -> None:
        for entry in fields(self):
            _check(self.key, entry, getattr(self, entry.name))


def _check(key: str, entry: Field[Any], value: Any) -> None:
    """Raise ValueError unless `value` has the type of the field's default and lies in its range."""
    low, high, choices = (entry.metadata.get(name) for name in ("low", "high", "choices"))
    wanted = type(entry.default) if entry.default is not MISSING else type(value)
    fits = isinstance(value, wanted) or (wanted is float and isinstance(value, int))
    if not fits or (isinstance(value, bool) and wanted is not bool):
        kind = {bool: "True or False", int: "a whole number", float: "a number", str: "a word"}.get(
            wanted, wanted.__name__
        )
        raise ValueError(f"{key}: expected {entry.name} to be {kind}, got {value!r}")
    if choices and value not in choices:
        raise ValueError(f"{key}: expected {entry.name} to be one of {', '.join(map(str, choices))}, got {value!r}")
    if not isinstance(value, int | float) or isinstance(value, bool):
        return
    if not math.isfinite(value) or (low is not None and value < low) or (high is not None and value > high):
        shown = [_told(each, entry.metadata.get("unit", "")) for each in (low, high, value)]
        raise ValueError(f"{key}: expected {entry.name} between {shown[0]} and {shown[1]}, got {shown[2]}")


def _told(value: float | None, unit: str) -> str:
    """A number as people write it.

    >>> _told(200 / 255, "/255"), _told(0.25, ""), _told(None, ""), _told(1000000, "")
    ('200/255', '0.25', 'any', '1000000')
    """
    if value is None:
        return "any"
    if isinstance(value, int):
        return str(value)
    return f"{255 * value:.6g}/255" if unit == "/255" else f"{value:.6g}"


def to_spec(method: Method) -> dict[str, Any]:
    """The JSON form: {"method": key, and every parameter}."""
    return {"method": method.key} | {entry.name: getattr(method, entry.name) for entry in fields(method)}


def from_spec(spec: Mapping[str, Any], catalogue: Mapping[str, type[Method]]) -> Method:
    """The method a spec describes; ValueError names an unknown method or parameter."""
    key = spec.get("method")
    if not isinstance(key, str) or key not in catalogue:
        raise ValueError(f"expected a method among {', '.join(sorted(catalogue))}, got {key!r}")
    given = {name: value for name, value in spec.items() if name != "method"}
    known = {entry.name for entry in fields(catalogue[key])}
    if unknown := sorted(set(given) - known):
        raise ValueError(f"{key}: unknown parameter {', '.join(unknown)}; it has {', '.join(sorted(known)) or 'none'}")
    return catalogue[key](**given)
