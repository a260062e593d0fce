"""`python -m core.images.decoder_process`: decodes pictures that come in on its standard input, until that is closed.

A process of its own, because a picture made to do so can keep a decoder busy for hours, fill the memory or crash it.
It ends itself when one takes longer than PATIENCE, has MOST_MEMORY, and goes when whoever started it goes: then its
input is closed. It loads neither Torch nor anything that a picture does not need. What is said on the pipes is in
core.images.decoder.
"""

import json
import os
import resource
import signal
import struct
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from core.base.errors import Unreadable
from core.images.levels import Levels, shown
from core.images.reader import look, pixels_only, read

PATIENCE = 20  # seconds of work for one picture
MOST_MEMORY = 3_000_000_000  # bytes of address space, the libraries' own among them
SIZES = struct.Struct(">II")  # of what is said in JSON, and of the bytes that follow


def answer(asked: dict[str, Any], raw: bytes) -> tuple[dict[str, Any], Sequence[NDArray[Any]]]:
    """What is said of a picture, and its arrays."""
    try:
        if asked["want"] == "facts":
            return asdict(look(raw, asked["name"])), ()
        if asked["want"] == "pixels only":
            return {}, (np.frombuffer(pixels_only(raw, asked["name"]), np.uint8),)
        found = read(raw, asked["name"], asked.get("frame"))
        if asked["want"] == "pixels":
            window = found.stored(tuple(asked["window"])) if found.deep and asked.get("window") else None
            pixels, notes = shown(found, window)
            scale = {"frame": found.frame, "frames": found.frames, **_scale(found, asked.get("window"))}
            return {"notes": notes, "scale": scale}, (pixels,)
        arrays = [found.values] if found.alpha is None else [found.values, found.alpha]
        return {"notes": found.notes, "bits": found.bits, "inverted_from": found.inverted_from}, arrays
    except Unreadable as error:
        return {"refused": str(error)}, ()


def _scale(found: Levels, window: list[float] | None) -> dict[str, Any]:
    """The range of deep levels, and the window that is shown of it, in the file's own numbers."""
    if not found.deep:
        return {}
    whole = found.full if found.values.ndim == 3 and found.values.dtype.kind == "u" else None
    span, own = found.stored(found.found), found.stored(found.asked or whole or found.found)
    low, high = window or own
    return {"span": (min(span[0], low), max(span[1], high)), "window": (low, high)}


def send(sink: IO[bytes], said: dict[str, Any], arrays: Sequence[NDArray[Any]] = ()) -> None:
    """Write an answer: sizes, JSON, and the arrays' bytes."""
    listed = [{"dtype": each.dtype.str, "shape": each.shape} for each in arrays]
    text = json.dumps(said | {"arrays": listed}).encode()
    sink.write(SIZES.pack(len(text), sum(each.nbytes for each in arrays)) + text)
    for each in arrays:
        sink.write(np.ascontiguousarray(each).data)
    sink.flush()


def _patience(seconds: float) -> None:
    """Be ended after so many seconds of work, or twice as many by the clock, also within C; 0: not any more."""
    signal.setitimer(signal.ITIMER_PROF, seconds)
    signal.setitimer(signal.ITIMER_REAL, 2 * seconds)


def main() -> None:
    """Answer until the input is closed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the one that asks
    for bound, most in ((resource.RLIMIT_AS, MOST_MEMORY), (resource.RLIMIT_CORE, 0)):
        with suppress(ValueError, OSError):  # where the system has no such bound, or a lower one
            resource.setrlimit(bound, (most, most))
    Image.MAX_IMAGE_PIXELS = None  # the reader has bounds of its own
    source, sink = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library may print does not go among the answers
    send(sink, {"ready": True})
    while len(head := source.read(SIZES.size)) == SIZES.size:
        text, size = SIZES.unpack(head)
        asked, raw = json.loads(source.read(text)), source.read(size)
        _patience(PATIENCE)
        send(sink, *answer(asked, raw))
        _patience(0)


if __name__ == "__main__":
    main()
