"""The files of a case beside its manifest: which those are, and where they lie."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

from core.base.errors import Unreadable
from core.bundles.manifest import LARGEST, MANIFEST, belongs, written_here
from core.untrusted.foreign_json import parse_object

NEXT = ".counterproof.next"  # where files lie until they are moved to their places: see core.bundles.case_folder


def listed(raw: bytes | None) -> dict[str, str]:
    """The files that a manifest of this program names, with their hashes; none if it is another's, or unreadable."""
    try:
        manifest = parse_object(raw or b"", MANIFEST, LARGEST)
    except Unreadable:
        return {}
    if not written_here(manifest):
        return {}
    return {name: str(digest) for name, digest in manifest["files"].items() if belongs(name)} | {MANIFEST: ""}


def beside(manifest: Path, name: str) -> Iterator[Path]:
    """Where the file `name` of a manifest may lie: the later is where an interrupted change has left it."""
    yield from (place / name for place in (manifest.parent, manifest.parent / NEXT) if (place / name).is_file())


def sha256(path: Path) -> str:
    """The sha256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def manifest_bytes(path: Path) -> bytes | None:
    """What lies at `path`; None if that is no file, or too large for a manifest."""
    if not path.is_file() or path.stat().st_size > LARGEST:
        return None
    return path.read_bytes()
