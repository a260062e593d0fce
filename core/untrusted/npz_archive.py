"""Arrays in an .npz file without unpickling anything: headers alone, small arrays whole, large ones piece by piece."""

import math
import struct
import tokenize
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from core.base.errors import Unreadable
from core.untrusted.bounded_zip import BoundedZip
from core.untrusted.zip_member import PIECE, Member, shown

MOST_ARRAYS = 4096
MOST_SMALL = 1 << 28  # bytes
MOST_DIMENSIONS = 32
LONGEST_HEADER = 1 << 16  # bytes
# What numpy raises on a damaged header.
BROKEN = (
    struct.error, EOFError, ValueError, KeyError, IndexError, TypeError, SyntaxError, RuntimeError, OverflowError,
    tokenize.TokenError, AttributeError, AssertionError, MemoryError,
)  # fmt: skip


class NpzArchive:
    """An open .npz file at `path`, a place or an open file, that people know as `called`; leaving it closes it.

    names: its arrays. Whatever is wrong with the file is an Unreadable, in one sentence; memory is only taken for bytes
    that are there.
    """

    def __init__(self, path: Path | IO[bytes], called: str) -> None:
        self.called = called
        self._zip = BoundedZip(path, called, most=MOST_ARRAYS)
        self.names = {name.removesuffix(".npy"): info for name, info in self._zip.members.items()}
        self._members = {name.removesuffix(".npy"): name for name in self._zip.members}

    def __enter__(self) -> "NpzArchive":
        return self

    def __exit__(self, *_: object) -> None:
        self._zip.__exit__(None, None, None)

    def content(self) -> str:
        """The names of its arrays, for a sentence."""
        told = ", ".join(shown(name[:40]) for name in list(self.names)[:12])
        return f"{told}, ..." if len(self.names) > 12 else told or "nothing"

    def header(self, name: str) -> tuple[tuple[int, ...], np.dtype[Any]]:
        """Shape and type of an array, without reading it."""
        with self._zip.open(self._members[name]) as file:
            return self._header(name, file)[:2]

    def small(self, name: str, largest: int = MOST_SMALL) -> NDArray[Any]:
        """An array of at most `largest` bytes, whole; it is only looked at, never written."""
        with self._zip.open(self._members[name]) as file:
            shape, dtype, by_column = self._header(name, file)
            if math.prod(shape) * dtype.itemsize > largest:
                raise Unreadable(f"{self.called}: {shown(name)} is far larger than expected, {shape}")
            flat = np.frombuffer(file.rest(), dtype)
        return flat.reshape(shape, order="F" if by_column else "C")

    def pieces(self, name: str) -> Iterator[NDArray[Any]]:
        """An array by rows, in pieces of about `PIECE` bytes."""
        with self._zip.open(self._members[name]) as file:
            (_, *rest), dtype, by_column = self._header(name, file)
            if by_column and rest:
                said = "lies column by column; save it with numpy's ascontiguousarray"
                raise Unreadable(f"{self.called}: {shown(name)} {said}")
            each = math.prod(rest) * dtype.itemsize
            if each:
                for raw in file.pieces(max(PIECE // each, 1) * each):
                    yield np.frombuffer(raw, dtype).reshape(-1, *rest)

    def arrays(self, largest: int) -> dict[str, NDArray[Any]]:
        """All of its arrays, which together take at most `largest` bytes; they are only looked at, never written."""
        found: dict[str, NDArray[Any]] = {}
        for name in self.names:
            found[name] = self.small(name, largest)
            largest -= found[name].nbytes
        return found

    def _header(self, name: str, file: Member) -> tuple[tuple[int, ...], np.dtype[Any], bool]:
        """Shape, type and order of an array, which must be as long as they say; the file is left behind the header."""
        said = f"{self.called}: {shown(name)}"
        whole, counted = file.left, _Reader(file)
        try:
            version = npy.read_magic(counted)  # type: ignore[arg-type]
            read_header = npy.read_array_header_1_0 if version == (1, 0) else npy.read_array_header_2_0
            shape, by_column, dtype = read_header(counted)  # type: ignore[arg-type]
            length = math.prod(shape) * dtype.itemsize
        except Unreadable:
            raise
        except BROKEN as error:
            raise Unreadable(f"{said} is damaged, cut short or no array") from error
        if dtype.hasobject:
            raise Unreadable(f"{said} holds Python objects, which are not read")
        if dtype.itemsize < 1 or dtype.fields or dtype.subdtype or len(shape) > MOST_DIMENSIONS:
            raise Unreadable(f"{said} is an array of a kind that is not read here")
        if min(shape, default=0) < 0 or length != file.left or file.left > whole:
            raise Unreadable(f"{said} is damaged or cut short")
        return shape, dtype, by_column and len(shape) > 1


class _Reader:
    """A member as numpy's header functions read it."""

    def __init__(self, member: Member) -> None:
        self.member = member

    def read(self, count: int) -> bytes:
        if count > LONGEST_HEADER:
            raise ValueError(count)
        return self.member.some(count)
