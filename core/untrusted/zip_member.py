"""One member of an archive (.zip, .npz), read piece by piece, and never more of it than the archive says."""

import copy
import struct
import zipfile
import zlib
from collections.abc import Iterator

from core.base.errors import Unreadable

PIECE = 1 << 24  # bytes read at once
METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # the others can unpack to any size at one read
# What zipfile raises on damaged files.
BROKEN = (
    zipfile.BadZipFile, zlib.error, struct.error, EOFError, ValueError, KeyError, IndexError, TypeError, RuntimeError,
    OverflowError, AttributeError, AssertionError,
)  # fmt: skip


class Member:
    """A member being read, known as `called`: as many bytes as the directory says, never more, or an Unreadable."""

    def __init__(self, called: str, archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> None:
        self.called, self.left = called, info.file_size
        info = copy.copy(info)
        if info.flag_bits & 1:
            raise Unreadable(f"{self.called} is encrypted; make the archive without a password")
        if info.compress_type not in METHODS:
            raise Unreadable(f"{self.called} is compressed in a rare way; make an ordinary .zip, or use numpy's savez")
        info.file_size += 1  # one byte more than there should be: that it is not there is seen at the end
        try:
            self._file = archive.open(info)
        except (*BROKEN, OSError, NotImplementedError) as error:
            raise Unreadable(f"{self.called} is damaged or cut short") from error

    def __enter__(self) -> "Member":
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def some(self, count: int) -> bytes:
        """The next `count` bytes, fewer only where the member ends."""
        parts, wanted = [], min(count, self.left)
        while wanted:
            part = self._raw(min(wanted, PIECE))
            if not part:
                raise Unreadable(f"{self.called} is cut short")
            parts.append(part)
            wanted -= len(part)
            self.left -= len(part)
        return b"".join(parts)

    def rest(self) -> bytes:
        """All that is left, after which the checksum has been compared."""
        raw = self.some(self.left)
        if self._raw(1):
            raise Unreadable(f"{self.called} is larger than the archive says")
        return raw

    def pieces(self, count: int) -> Iterator[bytes]:
        """All that is left, `count` bytes at a time; the last one may be shorter."""
        while self.left > count:
            yield self.some(count)
        yield self.rest()

    def _raw(self, count: int) -> bytes:
        try:
            return self._file.read(count)
        except (*BROKEN, OSError) as error:
            raise Unreadable(f"{self.called} is damaged or cut short, or larger than the archive says") from error


def shown(name: str) -> str:
    """A name from outside, short and of characters that can be seen."""
    return "".join(c for c in name[:60] if c.isprintable()) + ("..." if len(name) > 60 else "")
