"""Files written by hand, byte by byte, that Pillow does not write: PNG of any depth, TIFF by LZW, colour profiles."""

import struct
import zlib
from collections.abc import Sequence

import numpy as np

from tests.core.images.made import chunk

GREY, COLOUR, GREY_ALPHA, COLOUR_ALPHA = 0, 2, 4, 6  # of a PNG
D50 = (0.9642, 1.0, 0.8249)
SRGB_XYZ = ((0.4361, 0.2225, 0.0139), (0.3851, 0.7169, 0.0971), (0.1431, 0.0606, 0.7141))  # red, green, blue; at D50


def png(values: np.ndarray, bits: int, kind: int, *extra: bytes) -> bytes:
    """(H, W) or (H, W, channels) as a PNG; `extra`: chunks that go before the pixels."""
    height, width = values.shape[:2]
    rows = values.reshape(height, -1)
    if bits == 16:
        packed = [row.astype(">u2").tobytes() for row in rows]
    else:
        spread = (rows[..., None] >> np.arange(bits - 1, -1, -1)) & 1
        packed = [np.packbits(row.astype(np.uint8).ravel()).tobytes() for row in spread]
    header = struct.pack(">IIBBBBB", width, height, bits, kind, 0, 0, 0)
    body = zlib.compress(b"".join(b"\0" + row for row in packed))
    return b"\x89PNG\r\n\x1a\n" + b"".join([chunk(b"IHDR", header), *extra, chunk(b"IDAT", body), chunk(b"IEND", b"")])


def see_through(*key: int) -> bytes:
    """The chunk that says which level, or colour, is transparent."""
    return chunk(b"tRNS", struct.pack(f">{len(key)}H", *key))


def lzw(raw: bytes) -> bytes:
    """TIFF's LZW without ever using its table: codes of 9 bits, cleared before a tenth is needed."""
    codes = [code for at in range(0, len(raw), 200) for code in (256, *raw[at : at + 200])] + [257]
    bits = "".join(f"{code:09b}" for code in codes)
    bits += "0" * (-len(bits) % 8)
    return int(bits, 2).to_bytes(len(bits) // 8, "big")


def tiff_of(size: tuple[int, int], strips: Sequence[bytes], tags: dict[int, Sequence[int]], order: str = "<") -> bytes:
    """A TIFF of (width, height) from its strips and the tags that matter; all the others are of the simplest kind."""
    places = np.cumsum([8, *map(len, strips)]).tolist()
    said: dict[int, Sequence[int]] = {
        256: size[:1],
        257: size[1:],
        258: [8],
        259: [1],
        262: [1],
        277: [1],
        278: size[1:],
    }
    said |= {273: places[:-1], 279: [len(strip) for strip in strips]} | tags
    start = places[-1] + places[-1] % 2
    listed, beyond = b"", b""
    for tag, values in sorted(said.items()):
        raw = struct.pack(f"{order}{len(values)}I", *values)
        if len(values) > 1:
            at = start + 2 + 12 * len(said) + 4 + len(beyond)
            raw, beyond = struct.pack(order + "I", at), beyond + raw
        listed += struct.pack(order + "HHI", tag, 4, len(values)) + raw
    body = b"".join(strips) + b"\0" * (places[-1] % 2)
    magic = b"II" if order == "<" else b"MM"
    head = magic + struct.pack(order + "HI", 42, start) + body + struct.pack(order + "H", len(said))
    return head + listed + bytes(4) + beyond


def icc(space: bytes, curve: float, primaries: Sequence[Sequence[float]] = ()) -> bytes:
    """A colour profile: a gamma for all channels and, for RGB, what its red, green and blue are in XYZ."""

    def xyz(values: Sequence[float]) -> bytes:
        return b"XYZ \0\0\0\0" + struct.pack(">3i", *(round(each * 65536) for each in values))

    gamma = b"curv\0\0\0\0" + struct.pack(">IH", 1, round(curve * 256)) + b"\0\0"
    tags = {b"wtpt": xyz(D50), b"desc": b"desc\0\0\0\0" + struct.pack(">I", 2) + b"x\0" + bytes(82)}
    if space == b"GRAY":
        tags[b"kTRC"] = gamma
    else:
        for name, each in zip((b"r", b"g", b"b"), primaries, strict=True):
            tags |= {name + b"XYZ": xyz(each), name + b"TRC": gamma}
    place, table, body = 128 + 4 + 12 * len(tags), struct.pack(">I", len(tags)), b""
    for name, value in tags.items():
        table += name + struct.pack(">II", place + len(body), len(value))
        body += value + bytes(-len(value) % 4)
    size = place + len(body)
    head = struct.pack(">I4sI4s4s4s", size, b"lcms", 0x02400000, b"mntr", space, b"XYZ ") + bytes(12) + b"acsp"
    head += bytes(28) + struct.pack(">3i", *(round(each * 65536) for each in D50)) + bytes(48)
    return head + table + body
