"""Arrays in an .npz file without unpickling anything: headers alone, small arrays whole, large ones piece by piece."""

import math
import struct
import tokenize
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from core.base.errors import Unreadable

PIECE = 1 << 24  # bytes read or written at once
MOST_SMALL = 1 << 28  # bytes
METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # the others can unpack to any size at one read
# What zipfile and numpy raise on damaged files.
BROKEN = (
    zipfile.BadZipFile, zlib.error, struct.error, EOFError, ValueError, KeyError, IndexError, TypeError, SyntaxError,
    RuntimeError, OverflowError, tokenize.TokenError, AttributeError, AssertionError,
)  # fmt: skip


class Archive:
    """An open .npz file at `path`, a place or an open file, that people know as `called`; leaving it closes it.

    Whatever is wrong with the file is an Unreadable, in one sentence.
    """

    def __init__(self, path: Path | IO[bytes], called: str) -> None:
        self.called = called
        try:
            self._zip = zipfile.ZipFile(path)
        except BROKEN as error:
            raise Unreadable(f"{called} is not an .npz file that can be read") from error
        except OSError as error:
            raise OSError(f"{called} cannot be read: {error.strerror or error}") from error
        self.names = {info.filename.removesuffix(".npy"): info for info in self._zip.infolist()}

    def __enter__(self) -> "Archive":
        return self

    def __exit__(self, *_: object) -> None:
        self._zip.close()

    def content(self) -> str:
        """The names of its arrays, for a sentence."""
        told = ", ".join("".join(c for c in name[:40] if c.isprintable()) for name in list(self.names)[:12])
        return f"{told}, ..." if len(self.names) > 12 else told or "nothing"

    def header(self, name: str) -> tuple[tuple[int, ...], np.dtype[Any]]:
        """Shape and type of an array, without reading it."""
        with self._open(name) as file:
            return self._header(name, file)

    def small(self, name: str) -> NDArray[Any]:
        """An array, whole."""
        with self._open(name) as file:
            shape, dtype = self._header(name, file)
            if math.prod(shape) * dtype.itemsize > MOST_SMALL:
                raise Unreadable(f"{self.called}: {name} is far larger than expected, {shape}")
            return np.frombuffer(self._read(name, file, -1), dtype).reshape(shape)

    def pieces(self, name: str) -> Iterator[NDArray[Any]]:
        """An array by rows, in pieces of about `PIECE` bytes."""
        with self._open(name) as file:
            (count, *rest), dtype = self._header(name, file)
            each = math.prod(rest) * dtype.itemsize
            rows = max(PIECE // max(each, 1), 1)
            for begin in range(0, count, rows):
                take = min(rows, count - begin)
                yield np.frombuffer(self._read(name, file, take * each), dtype).reshape(take, *rest)
            self._read(name, file, -1)  # the checksum is compared at the end

    def _open(self, name: str) -> IO[bytes]:
        info = self.names[name]
        if info.compress_type not in METHODS or info.flag_bits & 1:
            said = "is compressed in a rare way or encrypted; save it with numpy's savez"
            raise Unreadable(f"{self.called}: {name} {said}")
        try:
            return self._zip.open(info)
        except (*BROKEN, OSError) as error:
            raise Unreadable(f"{self.called}: {name} is damaged or cut short") from error

    def _read(self, name: str, file: IO[bytes], count: int) -> bytes:
        try:
            raw = file.read(count)
        except (*BROKEN, OSError) as error:
            raise Unreadable(f"{self.called}: {name} is damaged or cut short") from error
        if 0 <= count != len(raw):
            raise Unreadable(f"{self.called}: {name} is cut short")
        return raw

    def _header(self, name: str, file: IO[bytes]) -> tuple[tuple[int, ...], np.dtype[Any]]:
        """Shape and type of an array, which must be as long as they say; the file is left behind the header."""
        try:
            version = npy.read_magic(file)
            read_header = npy.read_array_header_1_0 if version == (1, 0) else npy.read_array_header_2_0
            shape, by_column, dtype = read_header(file)
            length = math.prod(shape) * dtype.itemsize
            begin = file.tell()
        except (*BROKEN, OSError) as error:
            raise Unreadable(f"{self.called}: {name} is damaged, cut short or no array") from error
        if dtype.hasobject:
            raise Unreadable(f"{self.called}: {name} holds Python objects, which are not read")
        if by_column and len(shape) > 1:
            raise Unreadable(f"{self.called}: {name} lies column by column; save it with numpy's ascontiguousarray")
        if min(shape, default=0) < 0 or begin + length != self.names[name].file_size:
            raise Unreadable(f"{self.called}: {name} is damaged or cut short")
        return shape, dtype
