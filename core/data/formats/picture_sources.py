"""The files in a folder or a .zip, one by one: where each lies, and how to get its bytes. Bounded while it is read."""

import os
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from core.base import cancellation
from core.base.errors import Unreadable
from core.images.decode import FORMATS, MOST_BYTES, is_dicom
from core.untrusted.bounded_zip import BoundedZip
from core.untrusted.zip_member import METHODS, shown

MOST_FILES = 300_000  # files and folders
MOST_UNPACKED = 20_000_000_000  # bytes in a .zip, unpacked
DEEPEST = 16  # folders inside one another
LONGEST_PATH = 1000  # characters
IGNORED = ("__macosx", "thumbs.db", "desktop.ini", "@eadir", "$recycle.bin", "lost+found", "system volume information")
DICOM_ENDINGS = ("dcm", "dicom")
ENDINGS = frozenset(ending for _, endings in FORMATS.values() for ending in endings).union(DICOM_ENDINGS)
BEGINNINGS = (b"\x89PNG", b"\xff\xd8\xff", b"RIFF", b"II*\0", b"MM\0*", b"BM", b"GIF8")


@dataclass(frozen=True)
class Entry:
    """A file: its folders and name, how to get its bytes (at most those of a picture), and the first few of them."""

    parts: tuple[str, ...]
    read: Callable[[], bytes]
    head: Callable[[int], bytes]

    @property
    def ending(self) -> str:
        """Of its name, such as "png"; "" if there is none."""
        stem, _, ending = self.parts[-1].rpartition(".")
        return ending.lower() if stem else ""

    def is_picture(self) -> bool:
        """By the ending of its name; where that is another, by how it begins."""
        return self.ending in ENDINGS or is_dicom(head := self.head(132)) or head.startswith(BEGINNINGS)


def ignored(name: str) -> bool:
    """Whether a file or folder is there for a system's own purposes."""
    return name.startswith(".") or name.casefold() in IGNORED


def in_folder(path: Path, links: list[str] | None = None) -> Iterator[Entry]:
    """Every file below a folder. Links are not followed but added to `links`; pipes and devices are passed over.

    Unreadable (a ValueError) if there are too many or they lie too deep, or a folder cannot be opened.
    """
    called = path.name or str(path)
    left, count = [(path, ())], 0  # type: list[tuple[Path, tuple[str, ...]]], int
    while left:
        place, parts = left.pop()
        cancellation.check()
        if len(parts) > DEEPEST:
            raise Unreadable(f"{called} has folders more than {DEEPEST} deep")
        try:
            with os.scandir(place) as listed:
                for item in listed:
                    if (count := count + 1) > MOST_FILES:
                        raise Unreadable(f"{called} holds more than {MOST_FILES:,} files and folders")
                    if ignored(item.name):
                        continue
                    if item.is_symlink():
                        (links if links is not None else []).append(item.name)
                    elif item.is_dir(follow_symlinks=False):
                        left.append((Path(item.path), (*parts, item.name)))
                    elif item.is_file(follow_symlinks=False):
                        yield _on_disk((*parts, item.name), Path(item.path))
        except OSError as error:
            said = f"the folder {shown('/'.join(parts) or called)} cannot be opened"
            raise Unreadable(f"{said}: {error.strerror or error}") from error


def _on_disk(parts: tuple[str, ...], file: Path) -> Entry:
    def head(count: int) -> bytes:
        try:
            with file.open("rb") as opened:
                return opened.read(count)
        except OSError:
            return b""

    def read() -> bytes:
        raw = head(MOST_BYTES + 1)
        if len(raw) > MOST_BYTES:
            raise Unreadable(f"{parts[-1]} is larger than {MOST_BYTES // 10**6} MB")
        return raw

    return Entry(parts, read, head)


def in_zip(file: IO[bytes], called: str) -> list[Entry]:
    """Every file in a .zip; Unreadable if it has links, ways out of its folder, a password, or is far too large."""
    archive = BoundedZip(file, called, most=MOST_FILES)
    if sum(info.file_size for info in archive.members.values()) > MOST_UNPACKED:
        raise Unreadable(f"{called} holds more than {MOST_UNPACKED // 10**9} GB; take fewer or smaller files")
    entries: dict[tuple[str, ...], Entry] = {}
    for name, info in archive.members.items():
        parts = _parts(name, called)
        if any(map(ignored, parts)):
            continue
        if stat.S_ISLNK(info.external_attr >> 16):
            raise Unreadable(f"{called} holds links, and is not read; put the pictures themselves into it")
        if info.flag_bits & 1:
            raise Unreadable(f"{called} is encrypted; make the .zip without a password")
        if info.compress_type not in METHODS:
            raise Unreadable(f"{called} is compressed in a rare way; make an ordinary .zip")
        if parts in entries:
            raise Unreadable(f"{called} holds two files of the same name, {shown(name)}")
        entries[parts] = _packed(parts, archive, name)
    return list(entries.values())


def _parts(name: str, called: str) -> tuple[str, ...]:
    """Folders and name of a member. Windows writes backslashes between them, as some of its programs do into a .zip."""
    first, *rest = name.replace("\\", "/").split("/")
    drive = len(first) == 2 and first[0].isalpha() and first[1] == ":"
    parts = tuple(part for part in (first, *rest) if part not in ("", "."))
    if not first or drive or ".." in parts or not parts:
        raise Unreadable(f"{called} holds a file that points out of its folder, and is not read")
    if len(parts) > DEEPEST + 1 or len(name) > LONGEST_PATH:
        raise Unreadable(f"{called} holds folders more than {DEEPEST} deep, or names that are too long")
    return parts


def _packed(parts: tuple[str, ...], archive: BoundedZip, name: str) -> Entry:
    return Entry(parts, lambda: archive.read(name, MOST_BYTES), lambda count: archive.head(name, count))
