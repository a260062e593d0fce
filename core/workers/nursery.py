"""`python -m core.workers.nursery FD`: loads the libraries once, then forks a worker for every connection it is handed.

A worker that is forked is there at once and shares what was loaded with the others. It answers the socket FD: b"fork"
with a connection's descriptor is answered by the process's number, b"end N" ends one of its own. It ends when the other
side closes, and starts no thread of its own, which a fork would leave behind.
"""

import gc
import importlib
import os
import select
import signal
import socket
import sys
from contextlib import suppress
from multiprocessing.connection import Connection

from core.workers.worker import Worker

LIBRARIES = (
    "core.workers.questions", "skimage.metrics", "skimage.segmentation", "core.images.samples", "captum.attr", "shap",
    "torchvision.models",
)  # fmt: skip
NICE = 5  # pages are drawn before anything is computed
LOOK = 1.0  # seconds between two looks for workers that have ended
FORK, END = b"fork", b"end "


def main() -> None:
    """Serve until the other side is gone; who asks before all is loaded gets a worker that loads the rest itself."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the one that asks
    control = socket.socket(fileno=int(sys.argv[1]))
    mine: set[int] = set()
    missing = list(LIBRARIES)
    while True:
        ready = select.select([control], [], [], 0 if missing else LOOK)[0]
        mine = {number for number in mine if not _ended(number)}
        if ready and not _served(control, mine):
            os._exit(0)  # at once: there is nothing to put away
        if not ready and missing:
            importlib.import_module(missing.pop(0))
            if not missing:
                gc.collect()
                gc.freeze()  # what is shared is not written to by a search for garbage


def _served(control: socket.socket, mine: set[int]) -> bool:
    """Do what is asked; False if nobody asks any more."""
    said, handed, _, _ = socket.recv_fds(control, 64, 1)
    if said == FORK and handed:
        number = _born(control, handed[0])
        mine.add(number)
        control.send(str(number).encode())
    elif said.startswith(END) and (number := int(said.removeprefix(END))) in mine:
        with suppress(ProcessLookupError):
            os.kill(number, signal.SIGKILL)
    return bool(said)


def _born(control: socket.socket, connection: int) -> int:
    """The number of a new worker on this connection; in it this does not return."""
    number = os.fork()
    if number:
        os.close(connection)
        return number
    control.close()
    os.nice(NICE)
    try:
        Worker(Connection(connection)).run()
    finally:
        os._exit(1)


def _ended(number: int) -> bool:
    """Whether a worker has ended; its number is free for others only after this was asked."""
    return os.waitpid(number, os.WNOHANG)[0] == number


if __name__ == "__main__":
    main()
