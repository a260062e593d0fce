"""The decoder processes of this one: started when a picture comes, used again, replaced when one is ended."""

import atexit
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Literal

from core.base import cancellation
from core.base.errors import Unreadable
from core.images.decoder import HEAR, Answer, Decoder

AT_ONCE = 4  # also where there are fewer cores: one that is busy for long does not keep everybody waiting


def ask(want: Literal["pixels", "pixels only", "levels", "facts"], raw: bytes, name: str, **how: Any) -> Answer:
    """What a decoder process says of a picture, and its arrays; from any thread. `how`: frame, window.

    Unreadable in one sentence if it is refused, takes too long or ends the process; OSError if none can be started;
    Cancelled where a stop was asked for, and the process is ended then.
    """
    with _pool.one() as decoder:
        said, arrays = decoder.ask(want, raw, name, **how)
    if "refused" in said:
        raise Unreadable(str(said["refused"]))
    return said, arrays


class _Pool:
    """Decoders that wait for their next picture, and how many there may be in all."""

    def __init__(self) -> None:
        self.begin()

    def begin(self) -> None:
        self.lock, self.slots = threading.Lock(), threading.BoundedSemaphore(AT_ONCE)
        self.idle: list[Decoder] = []

    @contextmanager
    def one(self) -> Iterator[Decoder]:
        """A decoder for one question; it is ended if that fails."""
        while not self.slots.acquire(timeout=HEAR):
            cancellation.check()
        try:
            with self.lock:
                decoder = self.idle.pop() if self.idle else None
            if decoder is not None and not decoder.alive:
                decoder.end()
                decoder = None
            decoder = decoder or Decoder()
            try:
                yield decoder
            except BaseException:
                decoder.end()
                raise
            with self.lock:
                self.idle.append(decoder)
        finally:
            self.slots.release()

    def end(self) -> None:
        """End those that wait."""
        with self.lock:
            while self.idle:
                self.idle.pop().end()


_pool = _Pool()
os.register_at_fork(after_in_child=_pool.begin)  # these are the parent's
atexit.register(_pool.end)
