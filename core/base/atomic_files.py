"""A file that is either there whole or not there: written beside its place, then moved into it."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO


@contextmanager
def whole(path: Path) -> Iterator[IO[bytes]]:
    """A file to write to that becomes `path` on leaving; on any error nothing is left behind.

    Who may read it is what the umask says, as for any other new file.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.parent / f".{secrets.token_hex(8)}.part"
    try:
        with part.open("xb") as file:
            yield file
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def write_whole(path: Path, raw: bytes) -> None:
    """Store `raw` as `path`, or leave everything as it was and raise OSError in one sentence."""
    try:
        with whole(path) as file:
            file.write(raw)
    except OSError as error:
        raise OSError(f"{path.name} could not be stored in {path.parent}: {error.strerror or error}") from error
