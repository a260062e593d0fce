"""Small made data sets as .npz files, whole and damaged."""

import io
import random
from pathlib import Path
from typing import Any

import numpy as np

from core.data import own


def arrays(shape: tuple[int, ...] = (28, 28), count: int = 12, **more: Any) -> dict[str, Any]:
    """A small MedMNIST-style set of three classes."""
    draws = np.random.default_rng(0)
    made: dict[str, Any] = {}
    for split, size in (("train", count), ("val", 5), ("test", 7)):
        made[f"{split}_images"] = draws.integers(0, 256, (size, *shape), np.uint8)
        made[f"{split}_labels"] = (np.arange(size) % 3).astype(np.uint8)[:, None]
    return made | more


def npz(parts: dict[str, Any], *, packed: bool = True) -> bytes:
    out = io.BytesIO()
    (np.savez_compressed if packed else np.savez)(out, **parts)
    return out.getvalue()


def put(path: Path, parts: dict[str, Any], *, packed: bool = True) -> str:
    path.write_bytes(npz(parts, packed=packed))
    return str(path)


def mutated(raw: bytes, source: random.Random) -> bytes:
    made = bytearray(raw)
    for _ in range(source.randint(1, 6)):
        match source.randint(0, 3):
            case 0:
                made[source.randrange(len(made))] = source.randrange(256)
            case 1:
                del made[source.randrange(len(made)) :]
                made = made or bytearray(b"P")
            case 2:
                begin = source.randrange(len(made))
                del made[begin : begin + source.randint(1, 40)]
                made = made or bytearray(b"P")
            case _:
                begin = source.randrange(len(made))
                made[begin : begin + 4] = source.randbytes(4)
    return bytes(made)


def refusals(raw: bytes, laid: Path, source: random.Random, times: int) -> list[str]:
    """What is said of `times` damaged copies of a file, laid down as `laid` and added as own data; each a sentence."""
    said = []
    for _ in range(times):
        laid.write_bytes(mutated(raw, source))
        try:
            with laid.open("rb") as file:
                own.install(file, "x", called=f"x{laid.suffix}")
            own.remove("x")
        except (ValueError, OSError) as error:
            said.append(str(error))
    assert not [each for each in said if len(each.splitlines()) != 1 or "Errno" in each or len(each) > 300]
    return said
