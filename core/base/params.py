"""A method's parameters: dataclass fields that know their range and their words, and the JSON form of a method."""

import math
from collections.abc import Mapping
from dataclasses import MISSING, Field, dataclass, field, fields
from types import MappingProxyType
from typing import Any, ClassVar

from core.base.units import FULL, in_255ths, unit_scale

TYPES = {bool: "True or False", int: "a whole number", float: "a number", str: "a word"}
LARGEST = 1e15  # no parameter is beyond it
NO_CHOICES: Mapping[str, str] = MappingProxyType({})


def param(
    default: Any,
    *,
    low: float | None = None,
    high: float | None = None,
    step: float | None = None,
    choices: Mapping[str, str] = NO_CHOICES,
    title: str = "",
    help: str = "",
    unit: str = "",
    was: str = "",
) -> Any:
    """A dataclass field with its default, its closed range [low, high] or choices, and the words shown beside it.

    choices: each value with its words for the screen. `unit="/255"` says that the value, a fraction of the full range,
    is shown multiplied by 255. was: an earlier name of the parameter, which is still read.
    """
    facts = {"low": low, "high": high, "step": step, "choices": choices, "title": title, "help": help, "unit": unit}
    return field(default=default, metadata=facts | {"was": was})


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
        kind = TYPES.get(wanted, wanted.__name__)
        raise ValueError(f"{key}: expected {entry.name} to be {kind}, got {repr(value)[:60]}")
    if choices and value not in choices:
        known = ", ".join(map(str, choices))
        raise ValueError(f"{key}: expected {entry.name} to be one of {known}, got {repr(value)[:60]}")
    if not isinstance(value, int | float) or isinstance(value, bool):
        return
    if abs(value) > LARGEST:  # perhaps a whole number that no float can hold
        value = math.inf if value > 0 else -math.inf
    if not math.isfinite(value) or (low is not None and value < low) or (high is not None and value > high):
        shown = [_told(entry, each) for each in (low, high, value)]
        raise ValueError(f"{key}: expected {entry.name} between {shown[0]} and {shown[1]}, got {shown[2]}")


def _told(entry: Field[Any], value: float | None) -> str:
    """A number as people write it.

    >>> _told(param(0.1, unit="/255"), 200 / 255), [_told(param(0.1), value) for value in (0.25, None, 1000000)]
    ('200/255', ['0.25', 'any', '1000000'])
    """
    if value is None:
        return "any"
    if isinstance(value, int):
        return str(value) if abs(value) < 10**15 else f"a number of {math.floor(math.log10(abs(value))) + 1} digits"
    return in_255ths(value, ".6g") if unit_scale(entry) == FULL else f"{value:.6g}"


def label(entry: Field[Any], choice: str) -> str:
    """A choice in the words of its parameter; one that it does not know, from another version, without underscores.

    >>> entry = param("slic", choices={"slic": "following edges"})
    >>> label(entry, "slic"), label(entry, "some_thing")
    ('following edges', 'some thing')
    """
    words: Mapping[str, str] = entry.metadata.get("choices") or NO_CHOICES
    return words.get(choice, choice.replace("_", " "))


def parameter_of(kind: type[Method], name: str) -> "Field[Any] | None":
    """The parameter of a method that is called `name` now, or was earlier; None if there is none."""
    return next((entry for entry in fields(kind) if name and name in (entry.name, entry.metadata.get("was"))), None)


def with_todays_names(kind: type[Method], given: Mapping[str, Any]) -> dict[str, Any]:
    """`given`, parameters by name, with earlier names replaced; of one that is given under both, the later counts."""
    return {entry.name if (entry := parameter_of(kind, name)) else name: value for name, value in given.items()}


def to_spec(method: Method) -> dict[str, Any]:
    """The JSON form: {"method": key, and every parameter}."""
    return {"method": method.key} | {entry.name: getattr(method, entry.name) for entry in fields(method)}


def from_spec(spec: Mapping[str, Any], catalogue: Mapping[str, type[Method]]) -> Method:
    """The method a spec describes; ValueError names an unknown method or parameter."""
    key = spec.get("method")
    if not isinstance(key, str) or key not in catalogue:
        raise ValueError(f"expected a method among {', '.join(sorted(catalogue))}, got {key!r}")
    given = with_todays_names(catalogue[key], {name: value for name, value in spec.items() if name != "method"})
    known = {entry.name for entry in fields(catalogue[key])}
    if unknown := sorted(set(given) - known):
        raise ValueError(f"{key}: unknown parameter {', '.join(unknown)}; it has {', '.join(sorted(known)) or 'none'}")
    return catalogue[key](**given)
