"""Archives from outside give what they declare, or a sentence, and take no more memory than that."""

import io
import struct
import tracemalloc
import zlib
from typing import Any

import numpy as np
import pytest
from numpy.lib import format as npy
from numpy.typing import NDArray

from core.untrusted.bounded_zip import BoundedZip
from core.untrusted.npz_archive import NpzArchive


def packed(members: dict[str, bytes], more: dict[str, int] | None = None) -> io.BytesIO:
    """A .zip of deflated members, some with so many MB of zeros behind what the directory declares."""
    body = directory = b""
    for name, raw in members.items():
        coder, begun = zlib.compressobj(9, zlib.DEFLATED, -15), len(body)
        made = coder.compress(raw) + b"".join(coder.compress(bytes(1 << 20)) for _ in range((more or {}).get(name, 0)))
        made += coder.flush()
        facts = (0, zlib.crc32(raw), len(made), len(raw), len(name), 0)
        body += struct.pack("<IHHHHHIIIHH", 0x04034B50, 20, 0, 8, 0, *facts) + name.encode() + made
        entry = struct.pack("<IHHHHHHIIIHHHHHII", 0x02014B50, 20, 20, 0, 8, 0, *facts, 0, 0, 0, 0, begun)
        directory += entry + name.encode()
    end = struct.pack(
        "<IHHHHIIH", 0x06054B50, 0, 0, len(members), len(members), len(directory), len(body), 0
    )  # fmt: skip
    return io.BytesIO(body + directory + end)


def array(values: NDArray[Any]) -> bytes:
    out = io.BytesIO()
    npy.write_array(out, values, allow_pickle=True)
    return out.getvalue()


def claim(shape: tuple[int, ...], kind: str = "|u1", *, by_column: bool = False) -> bytes:
    """A header alone."""
    out = io.BytesIO()
    npy.write_array_header_1_0(out, {"shape": shape, "fortran_order": by_column, "descr": kind})
    return out.getvalue()


def test_a_member_is_read_whole_and_in_pieces() -> None:
    raw = np.random.default_rng(0).bytes(100_000)
    with BoundedZip(packed({"a/x": raw, "empty": b""}), "x.zip", most=5) as archive:
        assert archive.read("a/x", 100_000) == raw
        assert archive.read("empty", 10) == b""
        assert archive.head("a/x", 7) == raw[:7]
        with archive.open("a/x") as member:
            assert [len(piece) for piece in member.pieces(40_000)] == [40_000, 40_000, 20_000]
        with pytest.raises(ValueError, match="x.zip: a/x is larger than 0.01 MB"):
            archive.read("a/x", 10_000)


def test_more_than_is_declared_is_refused_and_not_unpacked() -> None:
    images = array(np.zeros((2000, 8, 8), np.uint8))
    tracemalloc.start()
    archive = BoundedZip(packed({"x.png": b"abc"}, {"x.png": 200}), "x.zip", most=5)
    with pytest.raises(ValueError, match="x.zip: x.png is .*larger than the archive says"):
        archive.read("x.png", 10**6)
    with NpzArchive(packed({"a.npy": images}, {"a.npy": 200}), "x.npz") as arrays:
        for read in (arrays.small, lambda name: list(arrays.pieces(name))):
            with pytest.raises(ValueError, match="larger than the archive says"):
                read("a")
    assert tracemalloc.get_traced_memory()[1] < 30_000_000
    tracemalloc.stop()


def test_too_many_members_and_two_of_one_name() -> None:
    many = {f"{number}/x": b"" for number in range(200)}
    with pytest.raises(ValueError, match="x.zip holds more than 199 files"):
        BoundedZip(packed(many), "x.zip", most=199)
    assert len(BoundedZip(packed(many), "x.zip", most=200).members) == 200
    twice = packed({"a.png": b"1", "b.png": b"2"}).getvalue().replace(b"b.png", b"a.png")
    with pytest.raises(ValueError, match=r"two files of the same name, a\.png"):
        BoundedZip(io.BytesIO(twice), "x.zip", most=9)


def test_names_in_utf8_without_the_flag_are_read() -> None:
    made = packed({"xx": b""}).getvalue().replace(b"xx", "ß".encode())
    assert list(BoundedZip(io.BytesIO(made), "x.zip", most=1).members) == ["ß"]


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (claim((2**62, 2**62)), "damaged or cut short"),
        (claim((10**12,), "|S0"), "a kind that is not read"),
        (claim((-1, 4)), "damaged"),
        (claim((1,) * 40) + b"0", "a kind that is not read|damaged"),
        (claim((2,), "|V8") + bytes(16), ""),
        (b"\x93NUMPY\x02\x00\xff\xff\xff\x7f" + bytes(100), "damaged"),
        (b"\x93NUMPY", "damaged"),
        (array(np.array([{"a": 1}], object)), "Python objects"),
        (array(np.zeros(3, [("a", "u1"), ("b", "f4")])), "a kind that is not read"),
    ],
)  # fmt: skip
def test_headers_that_claim_what_is_not_there(raw: bytes, said: str) -> None:
    with NpzArchive(packed({"a.npy": raw}), "x.npz") as archive:
        if not said:
            assert archive.small("a").shape == (2,)
            return
        with pytest.raises(ValueError, match=said) as caught:
            archive.small("a")
        assert str(caught.value).startswith("x.npz: a ")


def test_all_arrays_within_one_bound() -> None:
    values = {"a": np.arange(6.0).reshape(2, 3), "b": np.asfortranarray(np.arange(6).reshape(2, 3)), "c": np.zeros(0)}
    raw = {f"{name}.npy": array(value) for name, value in values.items()}
    with NpzArchive(packed(raw), "x.npz") as archive:
        found = archive.arrays(96)
        assert all(np.array_equal(found[name], value) for name, value in values.items())
        with pytest.raises(ValueError, match="b is far larger than expected"):
            archive.arrays(95)
