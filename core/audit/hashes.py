"""SHA-256 of files."""

import hashlib
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from core.untrusted.regular_files import open_regular


def file_hash(path: Path) -> str:
    """SHA-256 of a file; OSError if it is not there, or no file."""
    with open_regular(path) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]


def hashes_of(folder: Path, names: Iterable[str]) -> dict[str, str]:
    """Name -> SHA-256 of those of the files `names` in `folder` that can be read."""
    found = {}
    for name in names:
        with suppress(OSError):
            found[name] = file_hash(folder / name)
    return found
