"""What `--set` is told: the part it belongs to, the name of the parameter, the value."""

from typing import Any


def split_setting(text: str, example: str) -> tuple[str, str, str]:
    """("pgd", "eps", "8/255") of "pgd.eps=8/255"; ValueError shows the form expected, such as `example`."""
    name, equals, value = text.partition("=")
    part, dot, parameter = name.partition(".")
    if not (equals and dot and parameter):
        raise ValueError(f"expected {example}, got {text!r}")
    if parameter == "method":
        raise ValueError(f"'method' is not a parameter of {part!r}: the method is chosen by an option of its own")
    return part, parameter, value


def read_value(text: str, real: bool) -> Any:
    """A number, a fraction such as 8/255, True or False; anything else as it is. `real`: a whole number is a float.

    Whether the value fits is for the parameter to say: 1e999 is infinite, and no parameter is.

    >>> [read_value(text, real=False) for text in ("8/255", "3", "1e-3", "true", "grid", "10**400")]
    [0.03137254901960784, 3, 0.001, True, 'grid', '10**400']
    >>> read_value("3", real=True), read_value("9" * 400, real=True)
    (3.0, inf)
    """
    above, slash, below = text.partition("/")
    if text.lower() in ("true", "false"):
        return text.lower() == "true"
    try:
        if slash:
            return float(above) / float(below)
        return int(text) if not real and _whole(text) else float(text)
    except (ValueError, ZeroDivisionError):
        return text


def _whole(text: str) -> bool:
    """Whether this is a whole number that a parameter could be."""
    return len(text) < 40 and text.strip().lstrip("+-").replace("_", "").isdecimal()
