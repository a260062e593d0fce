"""Workers from the side that asks: forked from one that has the libraries loaded, or started anew where that cannot be.

No child is told to end by a signal that its parent's thread sends as that ends (core.base.parent_death): threads of a
server come and go. A worker ends when its connection closes, and that is closed however the server ends.
"""

import os
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from multiprocessing.connection import Connection

from core.base.paths import ROOT
from core.workers import nursery

LOADED_WITHIN = 300.0  # seconds that the libraries may take to load
FORKED = sys.platform == "linux"  # elsewhere the system's own libraries do not stand it
NOT_STARTED = "no process that computes could be started"


@dataclass(eq=False)
class Process:
    """A worker and the way to it.

    models: the names of those it holds, the last used at the end; resident: its bytes of memory when it was last done.
    """

    connection: Connection
    number: int
    kill: Callable[[], None]
    models: tuple[str, ...] = ()
    resident: int = 0
    idle_since: float = 0.0

    @property
    def alive(self) -> bool:
        """Whether one that has nothing to do still listens: it never speaks unasked, so anything to read is its end."""
        return not self.connection.closed and not self.connection.poll(0)

    def end(self) -> None:
        """End it, whatever it does."""
        self.connection.close()
        self.kill()


class Starter:
    """Starts workers for this process; from any thread."""

    def __init__(self, forked: bool = FORKED) -> None:
        self.forked = forked
        self._lock = threading.Lock()
        self._control: socket.socket | None = None
        self._nursery: subprocess.Popen[bytes] | None = None

    def start(self) -> Process:
        """A new worker, which has nothing to do yet; OSError in one sentence if there can be none."""
        ours, theirs = socket.socketpair()
        try:
            if self.forked:
                with self._lock:
                    number = self._fork(theirs.fileno())
                return Process(Connection(ours.detach()), number, partial(self._end, number))
            process = _popen("core.workers.worker", theirs.fileno())
            return Process(Connection(ours.detach()), process.pid, partial(_kill, process))
        finally:
            theirs.close()
            ours.close()

    def _fork(self, connection: int) -> int:
        """The number of a worker on this connection; the nursery is started, or replaced where it was ended."""
        for attempt in range(2):
            try:
                control = self._control or self._begin()
                socket.send_fds(control, [nursery.FORK], [connection])
                if said := control.recv(64):
                    return int(said)
            except TimeoutError as error:
                self._give_up()
                raise OSError(f"{NOT_STARTED} within {LOADED_WITHIN:.0f} s") from error
            except OSError as error:
                if attempt:
                    raise OSError(f"{NOT_STARTED}: {error.strerror or error}") from error
            self._give_up()
        raise OSError(NOT_STARTED)

    def warm(self) -> None:
        """Begin to load the libraries, without waiting for them; OSError if that cannot be."""
        if self.forked:
            with self._lock:
                self._control = self._control or self._begin()

    def _begin(self) -> socket.socket:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._nursery = _popen("core.workers.nursery", theirs.fileno())
        ours.settimeout(LOADED_WITHIN)
        self._control = ours
        return ours

    def _give_up(self) -> None:
        if self._control is not None:
            self._control.close()
        if self._nursery is not None:
            self._nursery.kill()
            self._nursery.wait()
        self._control = self._nursery = None

    def _end(self, number: int) -> None:
        """Have the one that forked it end it: that alone knows that the number is still this worker's."""
        with self._lock, suppress(OSError):
            if self._control is not None:
                self._control.send(nursery.END + str(number).encode())

    def close(self) -> None:
        """Start no more; what was started ends with its connection."""
        with self._lock:
            self._give_up()


def _popen(module: str, descriptor: int) -> "subprocess.Popen[bytes]":
    """A process of this program that is handed a descriptor."""
    alone = {"OMP_WAIT_POLICY": "PASSIVE"} | dict(os.environ)  # threads that wait leave their core to others
    null = subprocess.DEVNULL
    command = [sys.executable, "-m", module, str(descriptor)]
    return subprocess.Popen(command, cwd=ROOT, env=alone, stdin=null, stdout=null, pass_fds=(descriptor,))


def _kill(process: "subprocess.Popen[bytes]") -> None:
    process.kill()
    process.wait()
