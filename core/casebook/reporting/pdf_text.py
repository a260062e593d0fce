"""Text for a PDF: the font, and a visible mark for each character that it does not have."""

from collections.abc import Collection, Mapping
from importlib.util import find_spec
from pathlib import Path
from unicodedata import bidirectional

from core.base.plain_line import printable

MISSING = "\u25a1"  # an empty square
FILES = {"": "DejaVuSans.ttf", "B": "DejaVuSans-Bold.ttf", "M": "DejaVuSansMono.ttf"}
UNSEEN = {"\u200c", "\u200d", "\n", "\u200b"}


def font_file(style: str) -> Path:
    """DejaVu Sans ("", "B") or its monospaced sister ("M"), which come with matplotlib; OSError if they are gone."""
    found = find_spec("matplotlib")
    if found is None or found.origin is None:
        raise OSError("the font DejaVu Sans, which comes with matplotlib, is not installed")
    return Path(found.origin).parent / "mpl-data" / "fonts" / "ttf" / FILES[style]


def needs_shaping(text: str) -> bool:
    """Whether letters in it run from right to left, join, or stand on others, so that each alone would be wrong.

    >>> needs_shaping("8/255 per pixel"), needs_shaping("\u0639\u0631\u0628\u064a")
    (False, True)
    """
    return any(bidirectional(each) in ("R", "AL", "AN", "NSM") for each in text if each > "\u02ff")


class Drawable:
    """Texts made drawable; known: the characters that the font has, by style.

    replaced: how many characters were not among them, over all texts.
    """

    def __init__(self, known: Mapping[str, Collection[int]]) -> None:
        self.known, self.replaced = known, 0

    def text(self, text: str, style: str = "") -> str:
        """`text` without what steers, a square for each character that the font has not."""
        known = self.known[style]
        return "".join(each if ord(each) in known or each in UNSEEN else self._square() for each in printable(text))

    def _square(self) -> str:
        self.replaced += 1
        return MISSING
