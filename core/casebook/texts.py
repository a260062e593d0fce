"""What people write about a case: cleaned of what steers, and within bounds."""

from collections.abc import Iterable

from core.base.plain_line import plain_line, printable
from core.casebook.folded import folded

TITLE, NOTE, TAG, TAGS = 200, 20_000, 50, 20  # characters, and how many tags


def title(text: str) -> str:
    """A title on one line, of 1 to 200 characters; ValueError in one sentence.

    >>> title("a\\n title ")
    'a title'
    """
    line = plain_line(text[: 50 * TITLE], 50 * TITLE)
    if not line:
        raise ValueError("a case needs a title")
    if len(line) > TITLE or len(text) > 50 * TITLE:
        raise ValueError(f"the title has {len(text):,} characters; at most {TITLE} can be kept")
    return line


def note(text: str, most: int = NOTE, called: str = "the note") -> str:
    """A text of any lines, at most `most` characters, without control characters; ValueError in one sentence."""
    if len(text) > most:
        raise ValueError(f"{called} has {len(text):,} characters; at most {most:,} can be kept")
    return printable(text).strip()


def tags(given: Iterable[str]) -> dict[str, str]:
    """Tags by their folded form, in order, each once whatever its case; ValueError in one sentence.

    >>> tags(["Chest ", "chest", "", "X-ray"])
    {'chest': 'Chest', 'x-ray': 'X-ray'}
    """
    found: dict[str, str] = {}
    for each in given:
        if len(each) > 50 * TAG or len(line := plain_line(each)) > TAG:
            raise ValueError(f"a tag has {len(each):,} characters; at most {TAG} can be kept")
        if line:
            found.setdefault(folded(line), line)
    if len(found) > TAGS:
        raise ValueError(f"there are {len(found):,} tags; a case can have at most {TAGS}")
    return found
