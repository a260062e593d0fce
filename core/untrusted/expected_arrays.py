"""The arrays that are expected out of an .npz file: float32, finite, of the shapes expected, and nothing else."""

import io
from collections.abc import Collection, Mapping

import numpy as np
from numpy.typing import NDArray

from core.base.errors import Unreadable
from core.untrusted.npz_archive import NpzArchive

Shape = tuple[int, ...]
Floats = NDArray[np.float32]


def expected_arrays(raw: bytes, called: str, expected: Mapping[str, Collection[Shape]]) -> dict[str, Floats]:
    """Exactly the arrays `expected`, each of one of its shapes, as copies; Unreadable in one sentence.

    Shape and type are looked at before an array is unpacked.
    """
    with NpzArchive(io.BytesIO(raw), called) as archive:
        if set(archive.names) != set(expected):
            raise Unreadable(f"{called} does not hold the arrays that belong to it")
        found = {}
        for name, shapes in expected.items():
            shape, dtype = archive.header(name)
            if dtype != np.float32 or not dtype.isnative or shape not in shapes:
                raise Unreadable(f"{called}: {name} is not an array of the expected shape, in float32")
            found[name] = np.array(archive.small(name), order="C")
            if not np.isfinite(found[name]).all():
                raise Unreadable(f"{called}: {name} holds values that are not finite numbers")
    return found
