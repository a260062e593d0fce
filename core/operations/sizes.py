"""Numbers of bytes in words, and read from words."""

import re

UNITS = {"": 1, "B": 1, "KB": 10**3, "MB": 10**6, "GB": 10**9, "TB": 10**12}
LARGEST = 10**18  # bytes
_WRITTEN = re.compile(r"([0-9]{1,15}(?:\.[0-9]{1,6})?) ?([KMGT]?B|)", re.ASCII | re.IGNORECASE)


def size_of(text: str) -> int:
    """The bytes that a text such as "5GB", "1.5 TB" or "0" means; ValueError in one sentence if it means none.

    >>> size_of("5GB"), size_of("1.5 tb"), size_of("0")
    (5000000000, 1500000000000, 0)
    """
    found = _WRITTEN.fullmatch(text.strip())
    size = round(float(found[1]) * UNITS[found[2].upper()]) if found else -1
    if not 0 <= size <= LARGEST:
        raise ValueError(f"expected a size such as 500MB or 5GB, got {text[:40]!r}")
    return size


def in_words(size: float) -> str:
    """A number of bytes as people say it.

    >>> in_words(999), in_words(1_500), in_words(5_000_000_000), in_words(69_400_000)
    ('999 B', '1.5 KB', '5 GB', '69.4 MB')
    """
    for unit in ("TB", "GB", "MB", "KB"):
        if size >= UNITS[unit]:
            return f"{round(size / UNITS[unit], 1):,g} {unit}"
    return f"{size:.0f} B"
