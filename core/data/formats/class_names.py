"""Names of classes from outside: as plain text, and told apart by what a reader sees."""

import unicodedata
from collections.abc import Iterable

from core.base.errors import Unreadable

LONGEST = 100  # characters


def cleaned(names: Iterable[str], called: str) -> tuple[str, ...]:
    """The names of the classes of `called` in one line each, without characters that cannot be seen.

    Unreadable, with the two names, where they are alike for a reader: names differ in more than their case, unless
    they are single letters.

    >>> cleaned(("no  finding", "finding\\u200b"), "x.zip")
    ('no finding', 'finding')
    >>> cleaned(("Cat", "cat"), "x.zip")
    Traceback (most recent call last):
    core.base.errors.Unreadable: x.zip has two classes of the same name once case, spaces and unseen characters ...
    """
    raw = tuple(names)
    plain = tuple(_plain(name) for name in raw)
    by_case = all(len(name) == 1 for name in plain)
    seen: dict[str, int] = {}
    for place, name in enumerate(plain):
        if not name:
            raise Unreadable(f"{called} has a class without a name that can be seen, {raw[place][:60]!a}")
        first = seen.setdefault(name if by_case else name.casefold(), place)
        if first != place:
            both = f"{raw[first][:60]!a} and {raw[place][:60]!a}"
            raise Unreadable(
                f"{called} has two classes of the same name once case, spaces and unseen characters are left aside: "
                f"{both}; rename or join them"
            )
    return plain


def _plain(name: str) -> str:
    composed = " ".join(unicodedata.normalize("NFC", name).split())
    return "".join(c for c in composed if c.isprintable()).strip()[:LONGEST].strip()
