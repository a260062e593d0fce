"""One question to one worker: its answers as they come, its passes counted here, a stop handed on, its death told."""

import time
from collections.abc import Iterator
from typing import Any

from core.base import cancellation
from core.base.cancellation import Cancelled
from core.workers.start import Process
from core.workers.wire import pack, unpack
from core.workers.worker import COUNT, DONE, FAILED, PART, STOP, STOPPED, Asked

HEAR = 0.1  # seconds between two looks for a stop
PATIENCE = 3.0  # seconds in which a worker is to stop by itself; one that does not is ended
DIED = "the computation ended unexpectedly: it may have had too little memory"
KINDS: dict[str, type[Exception]] = {"ValueError": ValueError, "OSError": OSError}


class Unexpected(RuntimeError):
    """A worker failed by an error that is none of its own sentences; the message names its kind."""


def answers(worker: Process, asked: Asked) -> Iterator[Any]:
    """What the worker answers; Cancelled, ValueError, OSError and Unexpected as they were raised there.

    OSError where it dies. What the worker tells at the end of itself is noted on it.
    """
    try:
        worker.connection.send_bytes(pack(asked))
        counted, stopped = (0, 0, 0, 0.0), 0.0
        while True:
            if not worker.connection.poll(HEAR):
                stopped = _hand_on(worker, stopped)
                continue
            kind, *said = unpack(worker.connection.recv_bytes())
            *rest, counts = said if kind in (PART, COUNT) else said[:-2]
            cancellation.made_elsewhere(*(now - before for now, before in zip(counts, counted, strict=True)))
            counted = counts
            if kind == PART:
                yield rest[0]
                stopped = _hand_on(worker, stopped)
            elif kind != COUNT:
                worker.resident, worker.models = said[-2:]
                break
    except (EOFError, BrokenPipeError, ConnectionError) as error:
        raise OSError(DIED) from error
    if kind == STOPPED:
        raise Cancelled("stopped on request")
    if kind == FAILED:
        name, message = rest
        raise KINDS[name](message) if name in KINDS else Unexpected(f"{name}: {message}")
    assert kind == DONE


def _hand_on(worker: Process, since: float) -> float:
    """Tell the worker once that it is to stop; when that was, 0 before. Cancelled once it has had time enough."""
    if not cancellation.stopped():
        return since
    if not since:
        worker.connection.send_bytes(STOP)
        return time.monotonic()
    if time.monotonic() - since > PATIENCE:
        worker.end()
        raise Cancelled("stopped on request")
    return since
