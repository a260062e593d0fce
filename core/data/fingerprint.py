"""A short fingerprint of images that lie in a file or a folder: changes when they do, without reading them."""

import hashlib
from pathlib import Path

from core.data.formats.picture_sources import in_folder
from core.untrusted.npz_archive import NpzArchive

LENGTH = 16  # hex digits


def fingerprint_of(path: Path) -> str:
    """Of an .npz file, by the checksums of its arrays; of a folder of pictures, by the names, sizes and times of files.

    So an .npz that was copied, or added again, is the same one. ValueError or OSError in one sentence if it cannot be
    read.
    """
    parts: list[tuple[object, ...]] = []
    if path.is_dir():
        for entry in in_folder(path):
            found = path.joinpath(*entry.parts).stat()
            parts.append((*entry.parts, found.st_size, found.st_mtime_ns))
    else:
        with NpzArchive(path, path.name) as archive:
            parts = [(name, info.file_size, info.CRC) for name, info in archive.names.items()]
    return hashlib.sha256(repr(sorted(parts, key=repr)).encode("utf-8", "surrogateescape")).hexdigest()[:LENGTH]
