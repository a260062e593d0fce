"""Archives (.zip, .npz) from outside: how many members, how large, and no more out of one than it declares."""

import zipfile
from pathlib import Path
from types import TracebackType
from typing import IO

from core.base.errors import Unreadable
from core.untrusted.zip_member import BROKEN, PIECE, Member, shown

RECORD = b"PK\x01\x02"  # begins each member's entry in the directory of an archive
AN_ENTRY = 200  # bytes of such an entry, with a long name


class BoundedZip:
    """An open archive at `path`, a place or an open file, that people know as `called`; leaving it closes it.

    members: the entries of its directory by name, folders left out. Whatever is wrong is an Unreadable, in one
    sentence: more than `most` members, two of one name, one that is encrypted, rarely compressed, damaged, or unpacks
    to more than it declares. Nothing is taken into memory because a directory says that it is there.
    """

    def __init__(self, path: Path | IO[bytes], called: str, *, most: int) -> None:
        self.called = called
        try:
            file = path.open("rb") if isinstance(path, Path) else path
        except OSError as error:
            raise OSError(f"{called} cannot be read: {error.strerror or error}") from error
        self._owned = file if isinstance(path, Path) else None
        try:
            counted = _Counted(file, called, most)
            self._zip = zipfile.ZipFile(counted)  # type: ignore[arg-type]
            counted.opening = False
            self.members = self._listed()
        except BaseException as error:
            self._let_go()
            if isinstance(error, (*BROKEN, OSError)) and not isinstance(error, Unreadable):
                raise Unreadable(f"{called} is neither an .npz file nor a .zip file that can be read") from error
            raise

    def _listed(self) -> dict[str, zipfile.ZipInfo]:
        members: dict[str, zipfile.ZipInfo] = {}
        for info in self._zip.infolist():
            name = _utf8(info)
            if name.endswith(("/", "\\")):
                continue
            if name in members:
                raise Unreadable(f"{self.called} holds two files of the same name, {shown(name)}")
            members[name] = info
        return members

    def _let_go(self) -> None:
        if self._owned is not None:
            self._owned.close()

    def __enter__(self) -> "BoundedZip":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._zip.close()
        self._let_go()

    def open(self, name: str) -> Member:
        """The member `name`, to be read piece by piece; KeyError if there is none."""
        return Member(f"{self.called}: {shown(name)}", self._zip, self.members[name])

    def read(self, name: str, largest: int) -> bytes:
        """A whole member of at most `largest` bytes, its checksum compared."""
        if self.members[name].file_size > largest:
            raise Unreadable(f"{self.called}: {shown(name)} is larger than {largest / 10**6:g} MB")
        with self.open(name) as member:
            return member.rest()

    def head(self, name: str, count: int) -> bytes:
        """The first `count` bytes of a member, fewer if it has fewer."""
        with self.open(name) as member:
            return member.some(count)


class _Counted:
    """An open file that refuses a directory of more than `most` members, before zipfile makes objects of them."""

    def __init__(self, file: IO[bytes], called: str, most: int) -> None:
        self.file, self.called, self.most, self.opening = file, called, most, True

    def read(self, count: int = -1) -> bytes:
        if self.opening and count > self.most * AN_ENTRY + PIECE:
            raise self._too_many()
        raw: bytes = self.file.read(count)
        if self.opening and raw.count(RECORD) > self.most:
            raise self._too_many()
        return raw

    def _too_many(self) -> Unreadable:
        return Unreadable(f"{self.called} holds more than {self.most:,} files")

    def seek(self, offset: int, whence: int = 0) -> int:
        return self.file.seek(offset, whence)

    def tell(self) -> int:
        return self.file.tell()

    def seekable(self) -> bool:
        return True


def _utf8(info: zipfile.ZipInfo) -> str:
    """The name of a member. Without the flag that says so many programs write UTF-8 all the same."""
    name = info.orig_filename.partition("\0")[0]
    try:
        return name if info.flag_bits & 0x800 else name.encode("cp437").decode("utf-8")
    except UnicodeError:
        return name
