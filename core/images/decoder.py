"""One decoder process, from the side that asks: started, asked, ended; it is core.images.decoder_process.

Asked: sizes (SIZES), JSON {"want", "name"}, the picture's bytes. Answered: sizes, JSON, the bytes of the arrays that
are listed in it. Nothing is unpickled, and an answer is checked as any that comes from outside.
"""

import fcntl
import json
import math
import os
import select
import signal
import sys
import time
from contextlib import suppress
from pathlib import Path
from subprocess import DEVNULL, PIPE, Popen, TimeoutExpired
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.base import cancellation
from core.base.errors import Unreadable
from core.images.decoder_process import PATIENCE, SIZES
from core.images.formats import MOST_PIXELS
from core.untrusted.foreign_json import parse_object

ROOT = Path(__file__).resolve().parents[2]
HEAR = 0.1  # seconds between two looks for a stop
GRACE = 60  # seconds that a process has to start, or to end itself when its time is up
PIPE_SIZE = 2**20  # bytes: a picture goes through in one go, and the processes wait for one another less often
MOST_ANSWERED = 4 * 8 * MOST_PIXELS  # bytes: three colours and their alpha in the widest of numbers
DTYPES = ("|u1", "|i1", "<u2", "<i2", "<u4", "<i4", "<u8", "<i8", "<f4", "<f8")

Answer = tuple[dict[str, Any], list[NDArray[Any]]]


class Decoder:
    """A decoder process; OSError if it cannot be started."""

    def __init__(self) -> None:
        command = [sys.executable, "-m", "core.images.decoder_process"]
        alone = os.environ | {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
        self.process = Popen(command, cwd=ROOT, env=alone, stdin=PIPE, stdout=PIPE, stderr=DEVNULL, bufsize=0)
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.source, self.sink = self.process.stdout.fileno(), self.process.stdin.fileno()
        for pipe in (self.source, self.sink):
            with suppress(OSError, AttributeError):  # where the system cannot, or has no room: slower, not wrong
                fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, PIPE_SIZE)
        try:
            self._answer(GRACE)
        except EOFError as error:
            self.end()
            raise OSError("the picture decoder could not be started") from error
        except BaseException:
            self.end()
            raise

    @property
    def alive(self) -> bool:
        return self.process.poll() is None

    def ask(self, want: str, raw: bytes, name: str, **how: Any) -> Answer:
        """What it says of a picture, and its arrays; Unreadable in one sentence if the picture ends it."""
        text = json.dumps({"want": want, "name": name} | how).encode()
        try:
            for part in (SIZES.pack(len(text), len(raw)) + text, raw):
                view = memoryview(part)
                while view:
                    view = view[os.write(self.sink, view) :]
            return self._answer(2 * PATIENCE + GRACE)
        except (EOFError, BrokenPipeError) as error:
            with suppress(TimeoutExpired):
                self.process.wait(1)
            if self.end() in (-signal.SIGPROF, -signal.SIGALRM):
                raise Unreadable(f"{name} takes more than {PATIENCE} seconds to decode") from error
            raise Unreadable(f"{name} is damaged in a way that ended its decoder") from error

    def _answer(self, seconds: float) -> Answer:
        until = time.monotonic() + seconds
        text, size = SIZES.unpack(self._bytes(SIZES.size, until))
        said = parse_object(bytes(self._bytes(text, until)), "the decoder's answer")
        if size > MOST_ANSWERED:
            raise EOFError
        whole, arrays, place = self._bytes(size, until), [], 0
        for each in said["arrays"]:
            dtype = np.dtype(DTYPES[DTYPES.index(each["dtype"])])
            array = np.frombuffer(whole, dtype, math.prod(each["shape"]), place)
            arrays.append(array.reshape(each["shape"]))
            place += array.nbytes
        return said, arrays

    def _bytes(self, count: int, until: float) -> bytearray:
        """So many of what the process says; EOFError if it ends before, or is not through in time."""
        whole, ready = bytearray(count), select.poll()
        ready.register(self.source, select.POLLIN)
        view = memoryview(whole)
        while view:
            if not ready.poll(HEAR * 1000):
                cancellation.check()
                if time.monotonic() > until:
                    raise EOFError
                continue
            got = os.readv(self.source, [view])
            if not got:
                raise EOFError
            view = view[got:]
        return whole

    def end(self) -> int:
        """End it, unless it has ended; the number that says how it did."""
        self.process.kill()
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                pipe.close()
        return self.process.wait()
