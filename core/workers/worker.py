"""The process that computes: asked over a connection, one thing at a time, until whoever asks is gone.

Asked: an `Asked`, packed; an empty message asks it to stop what it does. Said: tuples that begin with PART, COUNT, or
how it ended (DONE, STOPPED, FAILED); nothing else is written to the connection. `python -m core.workers.worker FD` is
one where processes are not forked.
"""

import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from queue import SimpleQueue
from typing import Any

import torch

from core.base.cancellation import Cancelled, CancelScope
from core.base.download import nothing_fetched
from core.base.memory_info import resident
from core.workers.models import ModelName, Models
from core.workers.wire import pack, unpack

log = logging.getLogger("counterproof")
PART, COUNT, DONE, STOPPED, FAILED = "part", "count", "done", "stopped", "failed"
STOP = b""
PATIENT = 5  # niceness of what is asked for second, beside what is asked for first
TOLD_EVERY = 0.25  # seconds between two reports of how many passes were made


@dataclass(frozen=True)
class Asked:
    """One thing to compute: a function of core.workers.questions, the models it is about, and what else it takes.

    threads: of a computation on the CPU. environment: where this server's files lie. prepare: called first, if given.
    then: a second question about the same, for when the first is answered: it gives way to what others ask first.
    """

    question: Callable[..., Iterator[Any]]
    models: tuple[ModelName, ...]
    given: tuple[Any, ...]
    threads: int
    environment: Mapping[str, str | None]
    prepare: Callable[[], object] | None = None
    then: Callable[..., Iterator[Any]] | None = None


class Worker:
    """What one process does with what it hears."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.models = Models()
        self.scope = CancelScope()
        self.inbox: SimpleQueue[tuple[bytes, CancelScope]] = SimpleQueue()
        self._told = 0.0
        self._patient = ThreadPoolExecutor(1, "patient", give_way)

    def run(self) -> None:
        """Answer until the other side is gone, which ends this process, whatever it does then."""
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the one that asks
        threading.Thread(target=self._listen, name="listen", daemon=True).start()
        while True:
            raw, scope = self.inbox.get()
            self._answer(raw, scope)
            if torch.cuda.is_initialized():  # type: ignore[no-untyped-call]
                torch.cuda.empty_cache()

    def _listen(self) -> None:
        try:
            while True:
                raw = self.connection.recv_bytes()
                if raw == STOP:
                    self.scope.stop()
                else:
                    self.scope = CancelScope(watcher=self._count)
                    self.inbox.put((raw, self.scope))
        finally:
            os._exit(0)

    def _answer(self, raw: bytes, scope: CancelScope) -> None:
        try:
            asked = unpack(raw)
            _prepare(asked)
            self._compute(asked, asked.question, scope)
            if asked.then is not None:
                self._patient.submit(self._compute, asked, asked.then, scope).result()
            ended: tuple[Any, ...] = (DONE,)
        except Cancelled:
            ended = (STOPPED,)
        except Exception as error:  # noqa: BLE001  the boundary: a sentence for whoever asks, the rest for the log
            log.warning("a computation failed", exc_info=True)
            ended = (FAILED, _kind(error), str(error))
        self._say(*ended, _counts(scope), resident(), self.models.names)

    def _compute(self, asked: Asked, question: Callable[..., Iterator[Any]], scope: CancelScope) -> None:
        torch.set_num_threads(asked.threads)
        with nothing_fetched(), scope:
            models = tuple(map(self.models.get, asked.models))
            scope.check()
            for part in question(models, *asked.given):
                self._say(PART, part, _counts(scope))

    def _count(self, *_: object) -> None:
        if time.monotonic() - self._told > TOLD_EVERY:
            self._say(COUNT, _counts(self.scope))
            self._told = time.monotonic()

    def _say(self, *said: Any) -> None:
        try:
            self.connection.send_bytes(pack(said))
        except OSError:  # nobody listens any more
            os._exit(0)


def _prepare(asked: Asked) -> None:
    for name, value in asked.environment.items():
        os.environ.pop(name, None)
        if value is not None:
            os.environ[name] = value
    if asked.prepare is not None:
        asked.prepare()


def give_way() -> None:
    """Have this thread and those that it starts give way to others: on Linux, where each has its own niceness."""
    if sys.platform == "linux":
        own = threading.get_native_id()
        with suppress(OSError):  # where that is not allowed
            os.setpriority(os.PRIO_PROCESS, own, os.getpriority(os.PRIO_PROCESS, own) + PATIENT)


def _counts(scope: CancelScope) -> tuple[int, int, int, float]:
    return scope.forwards, scope.queries, scope.graded, scope.beyond


def _kind(error: Exception) -> str:
    """ValueError and OSError speak in sentences; of anything else its own name is told."""
    return "ValueError" if isinstance(error, ValueError) else "OSError" if isinstance(error, OSError) else (
        type(error).__name__)  # fmt: skip


if __name__ == "__main__":
    Worker(Connection(int(sys.argv[1]))).run()
