"""Files from a folder, a ZIP or an upload -> a collection: each kept by content, or a sentence why it is not used.

Of a DICOM file the pixels alone are kept, and not even its name, which may tell of a patient.
"""

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import IO

from core.base import cancellation
from core.base.errors import Unreadable
from core.base.plain_line import plain_line
from core.batch.collection import LONGEST, MOST, Collection, Item, once
from core.data.formats.picture_sources import DICOM_ENDINGS, Entry, in_folder, in_zip
from core.images.decode import MOST_BYTES, is_dicom
from core.images.plain_name import plain_name
from core.images.uploads import keep_upload, upload_name

MOST_TOGETHER = 20 * 10**9  # bytes
SHOWN = 3  # names of files passed over
Gathered = Callable[[int, int], None]  # told how many files are done, of how many


class Gathering:
    """What has been gathered so far of one source; it can be left at any file and gone on with."""

    def __init__(self) -> None:
        self.items: list[Item] = []
        self.others: list[str] = []  # names; "" of one that may tell of a patient
        self.dicoms = 0  # files
        self.done = 0  # files
        self.size = 0  # bytes

    def add(self, entry: Entry) -> None:
        """Keep one file, or note why not; Unreadable once there are too many, OSError if nothing can be stored."""
        self.done += 1
        name, dicom = plain_name(entry.parts[-1]), _is_dicom(entry)
        if not dicom and not _says(entry.is_picture):
            self.others.append(name if _is_plain(name) else "")
            return
        if len(self.items) >= MOST:
            raise Unreadable(f"there are more than {MOST:,} pictures; take fewer")
        folder = plain_line(entry.parts[-2], 100) if len(entry.parts) > 1 else ""
        if dicom:
            self.dicoms += 1
            name, folder = f"DICOM file {self.dicoms}", ""
        try:
            raw = entry.read()
        except Unreadable as error:
            said = _without_name(str(error), name) if dicom else str(error)
            self.items.append(Item("", name, folder, plain_line(said, LONGEST)))
            return
        self.size += len(raw)
        if self.size > MOST_TOGETHER:
            raise Unreadable(f"these pictures have more than {MOST_TOGETHER // 10**9} GB; take fewer or smaller ones")
        self.items.append(_kept(raw, name, folder, dicom))

    def collection(self) -> Collection:
        """What there is so far."""
        notes = []
        if count := len(self.others):
            names = [] if self.dicoms else [name for name in self.others if name][:SHOWN]
            more = " and others" if count > len(names) else ""
            named = f" ({', '.join(names)}{more})" if names else ""
            notes.append(f"{count:,} other file{'' if count == 1 else 's'}{named} left out: not pictures.")
        return Collection(once(tuple(self.items)), tuple(notes))


def _is_dicom(entry: Entry) -> bool:
    """Whether a file says that it is one, by its name or its first bytes; nothing else of it is read."""
    return entry.ending in DICOM_ENDINGS or _says(lambda: is_dicom(entry.head(132)))


def _says(asked: Callable[[], bool]) -> bool:
    try:
        return asked()
    except Unreadable:  # damaged
        return False


def _is_plain(name: str) -> bool:
    """Whether the name of a file that is passed over can be told: it is not one as DICOM files have that say not so.

    >>> [_is_plain(name) for name in ("labels.csv", "DOE_JANE", "DOE.dcm.gz", "1.2.840.10008.5")]
    [True, False, False, False]
    """
    stem, _, ending = name.lower().rpartition(".")
    return bool(stem) and ending.isalpha() and not any(f".{each}" in name.lower() for each in DICOM_ENDINGS)


def _without_name(said: str, called: str) -> str:
    """Why a DICOM file cannot be read, without anything that a sentence may quote of its name."""
    return f"{called} is larger than {MOST_BYTES // 10**6} MB" if "larger than" in said else f"{called} cannot be read"


def _kept(raw: bytes, name: str, folder: str, dicom: bool) -> Item:
    called = f"DICOM picture {hashlib.sha256(raw).hexdigest()[:6]}" if dicom or is_dicom(raw) else name
    try:
        image = keep_upload(raw, called)
    except ValueError as error:
        return Item("", called, folder, plain_line(str(error), LONGEST))
    return Item(image, upload_name(image), folder)


def loose(raw: bytes, name: str) -> Entry:
    """One file that lies in no folder, whose bytes are here already."""
    return Entry((name or "picture",), lambda: raw, lambda count: raw[:count])


def zip_entries(file: IO[bytes], called: str) -> list[Entry]:
    """The files of a ZIP in order; Unreadable in a sentence where it points out of itself, is a bomb or damaged."""
    try:
        return sorted(in_zip(file, plain_name(called)), key=lambda each: each.parts)
    except Unreadable as error:
        raise Unreadable(str(error).replace("neither an .npz file nor a .zip file", "no ZIP")) from error


def gather(entries: Sequence[Entry], told: Gathered) -> Collection:
    """Keep the pictures among these files."""
    work = Gathering()
    for entry in entries:
        cancellation.check()
        work.add(entry)
        told(work.done, len(entries))
    return work.collection()


def gather_path(path: Path, told: Gathered) -> Collection:
    """The pictures in a folder, its sub-folders too, in a ZIP, or in one file; ValueError or OSError in a sentence."""
    if path.is_dir():
        links: list[str] = []
        found = gather(sorted(in_folder(path, links), key=lambda each: each.parts), told)
        said = f"{len(links):,} link{'' if len(links) == 1 else 's'} left out: links are not followed."
        found = Collection(found.items, (*found.notes, said) if links else found.notes)
    elif not path.is_file():
        raise ValueError(f"there is no folder and no file {path}")
    else:
        with path.open("rb") as file:
            zipped = file.read(4) in (b"PK\x03\x04", b"PK\x05\x06") or path.suffix.lower() == ".zip"
            file.seek(0)
            entries = zip_entries(file, path.name) if zipped else [loose(file.read(MOST_BYTES + 1), path.name)]
            found = gather(entries, told)
    if not found.pictures:
        first = next((f": {each.reason}" for each in found.items if each.reason), "")
        raise Unreadable(f"{path.name} holds no picture that can be used{first}")
    return found
