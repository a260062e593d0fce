"""The unit in which a parameter is shown: a fraction of the full range in 255ths of it, anything else as it is."""

import math
from dataclasses import Field
from typing import Any

FULL = 255  # steps of a colour from black to full; a unit of "/255" counts in them


def unit_scale(entry: Field[Any]) -> int:
    """What a parameter's value is multiplied by where it is shown: 255 if its unit is "/255", else 1."""
    return FULL if entry.metadata.get("unit") == "/255" else 1


def to_unit(entry: Field[Any], value: Any) -> Any:
    """A parameter's value as a slider shows it and a link holds it.

    >>> from core.base.params import param
    >>> eps, steps = param(8 / 255, unit="/255"), param(20)
    >>> to_unit(eps, 4 / 255), from_unit(eps, 4.0) == 4 / 255, to_unit(steps, 30), from_unit(steps, 30)
    (4.0, True, 30, 30)
    """
    return value if unit_scale(entry) == 1 else round(FULL * value, 6)


def from_unit(entry: Field[Any], shown: Any) -> Any:
    """The value behind what is shown. A default is just that again, though 0.007, say, is 1.785 / 255 but for rounding.

    >>> from core.base.params import param
    >>> from_unit(param(0.007, unit="/255"), 1.785)
    0.007
    """
    if unit_scale(entry) == 1:
        return shown
    return entry.default if shown == to_unit(entry, entry.default) else shown / FULL


def in_shell(entry: Field[Any], value: Any) -> str:
    """A parameter's value as the shell takes it, and nothing is lost.

    >>> from core.base.params import param
    >>> in_shell(param(8 / 255, unit="/255"), 4 / 255), in_shell(param(True), False)
    ('4/255', 'False')
    """
    return exact_strength(value) if unit_scale(entry) == FULL else str(value)


def exact_strength(value: float) -> str:
    """A fraction of the full range as the shell takes it, of 255 where that reads back as the same number.

    >>> exact_strength(8 / 255), exact_strength(0.2), exact_strength(0.03)
    ('8/255', '51/255', '0.03')
    """
    of_255 = f"{FULL * value:.6g}"
    return f"{of_255}/255" if float(of_255) / FULL == value else repr(value)


def from_255ths(typed: float) -> float:
    """The fraction of the full range behind a typed number of 255ths; one of few digits is just that one.

    >>> from_255ths(8) == 8 / 255, from_255ths(7.65), 7.65 / 255
    (True, 0.03, 0.030000000000000002)
    """
    value = typed / FULL
    short = float(f"{value:.4g}")
    return short if math.isclose(short, value, rel_tol=1e-12) else value


def typed_255ths(value: float) -> str:
    """A fraction of the full range as a number of 255ths to type, with as few digits as lead back to it.

    >>> typed_255ths(8 / 255), typed_255ths(0.03), typed_255ths(1 / 3)
    ('8', '7.65', '85')
    >>> from_255ths(float(typed_255ths(1 / 7))) == 1 / 7
    True
    """
    forms = (f"{FULL * value:.{digits}g}" for digits in range(4, 18))
    return next((form for form in forms if from_255ths(float(form)) == value), f"{FULL * value:.17g}")


def in_255ths(value: float, form: str = ".3g") -> str:
    """A fraction of the full range in words; `form` is the number's format.

    >>> in_255ths(8 / 255), in_255ths(0.5 / 255, ".2f")
    ('8/255', '0.50/255')
    """
    return f"{FULL * value:{form}}/255"
