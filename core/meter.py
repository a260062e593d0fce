"""What a computation costs, and whether someone asked it to stop: every forward pass of a classifier reports here."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar, Token
from dataclasses import dataclass, field
from types import TracebackType

from torch import Tensor
from torch.nn.modules.module import register_module_forward_pre_hook

_current: ContextVar["Meter | None"] = ContextVar("meter", default=None)


class Cancelled(Exception):
    """Raised inside a computation whose meter was stopped."""


@dataclass
class Meter:
    """Counts forward passes (`forwards`) and the images in them (`queries`) while it is entered, in this thread only.

    `stop()`, from any thread, makes the next forward pass raise Cancelled. `watcher`, if given, sees every batch of
    images and the logits computed for it. Meters nest: an inner one passes on what it counts, and an outer stop holds.
    """

    watcher: Callable[[Tensor, Tensor], None] | None = None
    forwards: int = 0
    queries: int = 0
    _stopped: threading.Event = field(default_factory=threading.Event)
    _outer: "Meter | None" = None
    _token: "Token[Meter | None] | None" = None

    def __enter__(self) -> "Meter":
        self._outer = _current.get()
        self._token = _current.set(self)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        if self._token is not None:
            _current.reset(self._token)
            self._token = None

    def stop(self) -> None:
        """Ask the computation to end at its next forward pass."""
        self._stopped.set()

    @property
    def stopped(self) -> bool:
        """Whether this meter, or one around it, was asked to stop."""
        return self._stopped.is_set() or (self._outer is not None and self._outer.stopped)

    def _count(self, images: Tensor, logits: Tensor) -> None:
        self.forwards += 1
        self.queries += len(images)
        if self.watcher is not None:
            self.watcher(images, logits)
        if self._outer is not None:
            self._outer._count(images, logits)


@contextmanager
def interruptible() -> Iterator[None]:
    """Lets a stop take effect between the layers of a network too: a large batch may take many seconds."""
    if _current.get() is None:
        yield
        return
    handle = register_module_forward_pre_hook(lambda _module, _inputs: check())
    try:
        yield
    finally:
        handle.remove()


def check() -> None:
    """Raise Cancelled if the current meter was stopped; call it in loops that make no forward pass."""
    meter = _current.get()
    if meter is not None and meter.stopped:
        raise Cancelled("stopped on request")


def count(images: Tensor, logits: Tensor) -> None:
    """Report one forward pass to the current meter."""
    meter = _current.get()
    if meter is not None:
        meter._count(images.detach(), logits.detach())
