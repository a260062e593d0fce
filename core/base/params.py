"""A method's parameters: dataclass fields that know their range and their words, and the JSON form of a method."""

import math
from collections.abc import Mapping
from dataclasses import MISSING, Field, dataclass, field, fields
from types import MappingProxyType
from typing import Any, ClassVar

FULL = 255  # steps of a colour from black to full; a unit of "/255" counts in them
TYPES = {bool: "True or False", int: "a whole number", float: "a number", str: "a word"}
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
        raise ValueError(f"{key}: expected {entry.name} to be {TYPES.get(wanted, wanted.__name__)}, got {value!r}")
    if choices and value not in choices:
        raise ValueError(f"{key}: expected {entry.name} to be one of {', '.join(map(str, choices))}, got {value!r}")
    if not isinstance(value, int | float) or isinstance(value, bool):
        return
    if not math.isfinite(value) or (low is not None and value < low) or (high is not None and value > high):
        shown = [_told(entry, each) for each in (low, high, value)]
        raise ValueError(f"{key}: expected {entry.name} between {shown[0]} and {shown[1]}, got {shown[2]}")


def _told(entry: Field[Any], value: float | None) -> str:
    """A number as people write it.

    >>> _told(param(0.1, unit="/255"), 200 / 255), [_told(param(0.1), value) for value in (0.25, None, 1000000)]
    ('200/255', ['0.25', 'any', '1000000'])
    """
    if value is None or isinstance(value, int):
        return "any" if value is None else str(value)
    return in_255ths(value, ".6g") if unit_scale(entry) == FULL else f"{value:.6g}"


def label(entry: Field[Any], choice: str) -> str:
    """A choice in the words of its parameter; one that it does not know, from another version, without underscores.

    >>> entry = param("slic", choices={"slic": "following edges"})
    >>> label(entry, "slic"), label(entry, "some_thing")
    ('following edges', 'some thing')
    """
    words: Mapping[str, str] = entry.metadata.get("choices") or NO_CHOICES
    return words.get(choice, choice.replace("_", " "))


def unit_scale(entry: Field[Any]) -> int:
    """What a parameter's value is multiplied by where it is shown: 255 if its unit is "/255", else 1."""
    return FULL if entry.metadata.get("unit") == "/255" else 1


def to_unit(entry: Field[Any], value: Any) -> Any:
    """A parameter's value as a slider shows it and a link holds it.

    >>> eps, steps = param(8 / 255, unit="/255"), param(20)
    >>> to_unit(eps, 4 / 255), from_unit(eps, 4.0) == 4 / 255, to_unit(steps, 30), from_unit(steps, 30)
    (4.0, True, 30, 30)
    """
    return value if unit_scale(entry) == 1 else round(FULL * value, 6)


def from_unit(entry: Field[Any], shown: Any) -> Any:
    """The value behind what is shown. A default is just that again, though 0.007, say, is 1.785 / 255 but for rounding.

    >>> from_unit(param(0.007, unit="/255"), 1.785)
    0.007
    """
    if unit_scale(entry) == 1:
        return shown
    return entry.default if shown == to_unit(entry, entry.default) else shown / FULL


def in_shell(entry: Field[Any], value: Any) -> str:
    """A parameter's value as the shell takes it, and nothing is lost.

    >>> in_shell(param(8 / 255, unit="/255"), 4 / 255), in_shell(param(True), False)
    ('4/255', 'False')
    """
    return in_255ths(value, ".6g") if unit_scale(entry) == FULL else str(value)


def in_255ths(value: float, form: str = ".3g") -> str:
    """A fraction of the full range in words; `form` is the number's format.

    >>> in_255ths(8 / 255), in_255ths(0.5 / 255, ".2f")
    ('8/255', '0.50/255')
    """
    return f"{FULL * value:{form}}/255"


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
