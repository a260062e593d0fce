"""Arrays out of an .npz file from anywhere: those expected, of the shapes expected, and not a byte more is unpacked."""

import io
import math
import struct
import tokenize
import zipfile
import zlib
from collections.abc import Collection, Mapping
from typing import IO

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from core.base.errors import Unreadable

Shape = tuple[int, ...]
Floats = NDArray[np.float32]
PIECE = 1 << 20  # bytes unpacked at once
METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # the others can unpack to any size at one read
BROKEN = (
    zipfile.BadZipFile, zlib.error, struct.error, EOFError, ValueError, KeyError, IndexError, TypeError, SyntaxError,
    RuntimeError, OverflowError, MemoryError, tokenize.TokenError, AttributeError, AssertionError,
)  # fmt: skip


def read_npz(raw: bytes, called: str, expected: Mapping[str, Collection[Shape]]) -> dict[str, Floats]:
    """Exactly the arrays `expected`, each float32, finite and of one of its shapes; Unreadable in one sentence.

    Nothing is unpickled, and shape and type are read before memory is taken. A member that unpacks to another length
    than its shape says is refused after one piece too many.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            members = {info.filename.removesuffix(".npy"): info for info in archive.infolist()}
            if set(members) != set(expected) or len(archive.infolist()) != len(expected):
                raise Unreadable(f"{called} does not hold the arrays that belong to it")
            return {name: _array(archive, members[name], f"{called}: {name}", expected[name]) for name in expected}
    except Unreadable:
        raise
    except (*BROKEN, OSError) as error:
        raise Unreadable(f"{called} is damaged or cut short") from error


def _array(archive: zipfile.ZipFile, info: zipfile.ZipInfo, called: str, shapes: Collection[Shape]) -> Floats:
    if info.compress_type not in METHODS or info.flag_bits & 1:
        raise Unreadable(f"{called} is packed in a way that is not read")
    with archive.open(info) as file:
        version = npy.read_magic(file)
        read_header = npy.read_array_header_1_0 if version == (1, 0) else npy.read_array_header_2_0
        shape, by_column, dtype = read_header(file)
        if dtype != np.float32 or not dtype.isnative or by_column and len(shape) > 1 or shape not in shapes:
            raise Unreadable(f"{called} is not an array of the expected shape, in float32")
        if info.file_size != file.tell() + 4 * math.prod(shape):
            raise Unreadable(f"{called} is damaged or cut short")
        room = bytearray(4 * math.prod(shape))
        _fill(file, memoryview(room), called)
    found = np.frombuffer(room, np.float32).reshape(shape)
    if not np.isfinite(found).all():
        raise Unreadable(f"{called} holds values that are not finite numbers")
    return found


def _fill(file: IO[bytes], into: memoryview, called: str) -> None:
    """Exactly as many bytes as there is room for; asking for one more at the end has the checksum compared."""
    done = 0
    while piece := file.read(min(PIECE, len(into) - done) or 1):
        if done + len(piece) > len(into):
            raise Unreadable(f"{called} is longer than it says")
        into[done : done + len(piece)] = piece
        done += len(piece)
    if done != len(into):
        raise Unreadable(f"{called} is cut short")
