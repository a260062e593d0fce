"""What was done to many pictures, and what was left out of them: one sentence each, with how many it befell."""

from collections import Counter
from collections.abc import Iterable, Sequence

from core.data.formats.picture_sources import Entry
from core.untrusted.zip_member import shown

MOST_NOTES = 8


def names(found: Iterable[str]) -> str:
    """A few names from outside, for a sentence.

    >>> names(["a", "b\\x1b", "c", "d", "e", "f"])
    'a, b, c, d and 2 more'
    """
    listed = [shown(name) for name in found]
    return ", ".join(listed[:4]) + (f" and {len(listed) - 4:,} more" if len(listed) > 4 else "")


def left_out(pictures: Sequence[Entry], others: Sequence[Entry], links: Sequence[str]) -> list[str]:
    """Sentences on links, on other files among pictures, and on folders that hold no pictures."""
    notes = [f"Links are not followed, and were left out: {names(links)}."] if links else []
    known = {each.parts[:depth] for each in pictures for depth in range(len(each.parts))}
    homes = {each.parts[:-1] for each in pictures}
    if among := [each for each in others if each.parts[:-1] in homes - {()}]:
        kinds = Counter(f".{each.ending}" if each.ending else "without an ending" for each in among)
        said = ", ".join(f"{count:,} {shown(kind)}" for kind, count in kinds.most_common(4))
        notes.append(f"Files that are no pictures were left out: {said}.")
    bare = {each.parts[:depth] for each in others for depth in range(1, len(each.parts))} - known
    if tops := sorted(place for place in bare if place[:-1] in known):
        notes.append(f"Folders without pictures are no classes: {names(place[-1] for place in tops)}.")
    return notes


def counted(notes: Counter[str], total: int, split: str) -> list[str]:
    """Each note with the number of pictures that it was said of, the most frequent first.

    >>> counted(Counter({"Transparent parts were laid on white.": 12}), 400, "train")
    ['12 of 400 train pictures: transparent parts were laid on white.']
    """
    said = [
        f"{count:,} of {total:,} {split} pictures: {note[:1].lower()}{note[1:]}"
        for note, count in notes.most_common(MOST_NOTES)
    ]
    return said + ([f"And {len(notes) - MOST_NOTES:,} more kinds of note."] if len(notes) > MOST_NOTES else [])
