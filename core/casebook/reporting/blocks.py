"""What a report is made of, whether it becomes a page or a PDF: headings, paragraphs, pictures, tables, commands.

All text is plain and may be anything: whoever writes it escapes it, or leaves out what steers.
"""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["", "verdict", "note", "small", "warn"]


@dataclass(frozen=True)
class Heading:
    """level: 3 for a part of a case, 4 for a part of that."""

    text: str
    level: Literal[3, 4] = 3


@dataclass(frozen=True)
class Paragraph:
    """A text; "note": of several lines, as somebody typed it."""

    text: str
    kind: Kind = ""


@dataclass(frozen=True)
class Picture:
    """png: its bytes, 8-bit RGB; alt: what it is, for who cannot see it; caption: what stands below it."""

    png: bytes
    alt: str
    caption: str


@dataclass(frozen=True)
class Pictures:
    """A row of at most four pictures side by side."""

    row: tuple[Picture, ...]


@dataclass(frozen=True)
class Scale:
    """The legend of maps: the colours from -limit to +limit, and what the two ends mean."""

    limit: float
    poles: tuple[str, str]


@dataclass(frozen=True)
class Table:
    """Rows of text, the first the heading; words: a column of names and one of texts, without numbers to align."""

    rows: tuple[tuple[str, ...], ...]
    words: bool = False


@dataclass(frozen=True)
class Command:
    """What to type in a shell, a command a line."""

    text: str


Block = Heading | Paragraph | Pictures | Scale | Table | Command


@dataclass(frozen=True)
class Section:
    """One case: its uid, its title, and what is told of it."""

    uid: str
    title: str
    blocks: tuple[Block, ...]
