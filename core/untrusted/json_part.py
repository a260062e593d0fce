"""One part of JSON from outside, of the kind and in the range that is expected, or one sentence that says where not."""

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NoReturn

from core.base.errors import Unreadable

HEX = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Part:
    """A value and where it stands, such as `manifest.json: attack.queries`; every refusal is an Unreadable.

    >>> Part({"queries": -1}, "manifest.json").record(["queries"])["queries"].whole(0)
    Traceback (most recent call last):
    core.base.errors.Unreadable: manifest.json: queries is not a whole number from 0 up
    """

    value: Any
    where: str

    def refuse(self, wanted: str) -> NoReturn:
        raise Unreadable(f"{self.where} is not {wanted}")

    def inside(self, name: Any) -> str:
        """Where a part of this is said to stand."""
        shown = "".join(c for c in str(name)[:60] if c.isprintable())
        return f"{self.where}.{shown}" if ": " in self.where else f"{self.where}: {shown}"

    def table(self, most: int = 1000) -> "dict[str, Part]":
        """An object with any names."""
        if not isinstance(self.value, dict) or len(self.value) > most:
            self.refuse("an object" if not isinstance(self.value, dict) else f"an object of at most {most} entries")
        return {name: Part(value, self.inside(name)) for name, value in self.value.items()}

    def record(self, needed: Iterable[str], more: Iterable[str] = ()) -> "dict[str, Part]":
        """An object that has all the names in `needed` and no others than those and `more`."""
        found, needed = self.table(), list(needed)
        if missing := [name for name in needed if name not in found]:
            raise Unreadable(f"{self.where} lacks {', '.join(missing)}")
        if unknown := [each for name, each in found.items() if name not in {*needed, *more}]:
            raise Unreadable(f"{unknown[0].where} is not known here: it may come from a newer version")
        return found

    def entries(self, most: int, least: int = 0) -> "list[Part]":
        """A list of `least` to `most` values."""
        if not isinstance(self.value, list) or not least <= len(self.value) <= most:
            self.refuse(f"a list of {least if least == most else f'{least} to {most}'} entries")
        return [Part(value, self.inside(place)) for place, value in enumerate(self.value)]

    def number(self, low: float = -math.inf, high: float = math.inf) -> float:
        """A finite number in [low, high]."""
        if isinstance(self.value, bool) or not isinstance(self.value, int | float):
            self.refuse("a number")
        if not (abs(self.value) <= 1e300 and low <= self.value <= high):
            self.refuse(f"a number{_between(low, high)}")
        return float(self.value)

    def whole(self, low: float = -math.inf, high: float = math.inf) -> int:
        """A whole number in [low, high]."""
        if isinstance(self.value, bool) or not isinstance(self.value, int) or not low <= self.value <= high:
            self.refuse(f"a whole number{_between(low, high)}")
        return self.value

    def text(self, most: int = 200, pattern: str = r"[^\x00-\x1f\x7f]*") -> str:
        """Text of at most `most` characters that `pattern` describes whole: by default, anything on one line."""
        if not isinstance(self.value, str) or len(self.value) > most or not re.fullmatch(pattern, self.value):
            self.refuse("text as expected here")
        return self.value

    def sha256(self) -> str:
        """A sha256 in hexadecimal."""
        if not isinstance(self.value, str) or not HEX.fullmatch(self.value):
            self.refuse("a sha256")
        return self.value

    def one_of(self, known: Iterable[str]) -> str:
        """A word among `known`."""
        if not isinstance(self.value, str) or self.value not in set(known):
            self.refuse("a word that is known here: it may come from a newer version")
        return self.value


def _between(low: float, high: float) -> str:
    if math.isfinite(high):
        return f" from {low:g} to {high:g}"
    return f" from {low:g} up" if math.isfinite(low) else ""
