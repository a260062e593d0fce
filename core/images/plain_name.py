"""A file name from outside, as it may be shown and kept."""

import re
import unicodedata

from core.base.plain_line import without_sequences


def plain_name(name: str) -> str:
    """A file name from outside as short plain text: no folders, no markup, no control characters.

    >>> plain_name("C:\\\\scans\\\\<b>chest 1</b>.png"), plain_name("../..")
    ('b_.png', 'picture')
    """
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", without_sequences(name)))[-1]
    kept = "".join(c if unicodedata.category(c)[0] in "LMN" or c in " ._-()" else "_" for c in last)
    kept = re.sub(r"_+", "_", re.sub(r"\s+", " ", kept)).strip(" .")
    stem, dot, ending = kept.rpartition(".")
    if len(kept) > 60 and dot and len(ending) <= 5:
        kept = stem[: 59 - len(ending)] + dot + ending
    return kept[:60] or "picture"
