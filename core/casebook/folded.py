"""Text made alike for finding: `Ärzte`, `ÄRZTE` and a decomposed `Ärzte` are one."""

import unicodedata


def folded(text: str | None) -> str:
    """Text without the differences that do not matter when it is looked for.

    >>> folded("\\u00c4rzte") == folded("A\\u0308RZTE"), folded(None), folded("Straße") == folded("STRASSE")
    (True, '', True)
    """
    if not text:
        return ""
    if text.isascii():
        return text.lower()
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
