"""What a computation costs, and whether someone asked it to stop: every forward pass of a classifier reports here."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar, Token
from dataclasses import dataclass, field
from types import TracebackType

from torch import Tensor, nn
from torch.nn.modules.module import register_module_forward_pre_hook

Progress = Callable[[float, str], None]  # told how much is done, from 0 to 1, and with what; may raise to cancel
_current: ContextVar["CancelScope | None"] = ContextVar("cancel_scope", default=None)


class Cancelled(Exception):
    """Raised inside a computation whose scope was stopped."""


@dataclass
class CancelScope:
    """Counts forward passes (`forwards`) and the images in them (`queries`) while it is entered, in this thread only.

    `graded` counts those images whose pass kept what a gradient needs, `beyond` the gradient evaluations of an image
    that no pass shows, such as a second way back.

    `stop()`, from any thread, makes the next pass raise Cancelled. `watcher`, if given, sees every batch of
    images and the logits computed for it. Scopes nest: an inner one passes on what it counts, and an outer stop holds.
    """

    watcher: Callable[[Tensor, Tensor], None] | None = None
    forwards: int = 0
    queries: int = 0
    graded: int = 0
    beyond: float = 0.0
    _stopped: threading.Event = field(default_factory=threading.Event)
    _outer: "CancelScope | None" = None
    _token: "Token[CancelScope | None] | None" = None

    def __enter__(self) -> "CancelScope":
        self._outer = _current.get()
        self._token = _current.set(self)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        if self._token is not None:
            _current.reset(self._token)
            self._token = None

    def stop(self) -> None:
        """Ask the computation to end at its next pass, or, in a large batch on a CPU, at the next layer."""
        self._stopped.set()

    @property
    def stopped(self) -> bool:
        """Whether this scope, or one around it, was asked to stop."""
        return self._stopped.is_set() or (self._outer is not None and self._outer.stopped)

    def check(self, *_: object) -> None:
        """Raise Cancelled if this scope was stopped."""
        if self.stopped:
            raise Cancelled("stopped on request")

    @property
    def evaluations(self) -> float:
        """The cost in gradient evaluations of one image: a pass without a gradient counts as one third of one."""
        return self.graded + (self.queries - self.graded) / 3 + self.beyond

    def _count(self, images: Tensor, logits: Tensor, graded: bool) -> None:
        self.forwards += 1
        self.queries += len(images)
        self.graded += len(images) * graded
        if self.watcher is not None:
            self.watcher(images, logits)
        if self._outer is not None:
            self._outer._count(images, logits, graded)


@contextmanager
def interruptible() -> Iterator[None]:
    """Lets a stop take effect between the layers of a network too, forward and, later, backward through them.

    A large batch may take many seconds. What is hung on the graph for the way back goes when the graph goes.
    """
    if _current.get() is None:
        yield
        return
    handle = register_module_forward_pre_hook(_watch_layer)
    try:
        yield
    finally:
        handle.remove()


def _watch_layer(_module: nn.Module, inputs: tuple[object, ...]) -> None:
    """Before a layer: check, and have the step that made each of its inputs check again on the way back.

    The hook is on the step of the graph, not on the tensor, so that changes in place do not matter. The scope is named
    in it: whichever thread runs the way back, it is this pass's scope that is asked.
    """
    scope = _current.get()  # of the thread that makes this pass: other threads' passes come by here too
    if scope is None:
        return
    scope.check()
    for each in inputs:
        if isinstance(each, Tensor) and each.grad_fn is not None:
            each.grad_fn.register_prehook(scope.check)


def stopped() -> bool:
    """Whether the current scope was asked to stop."""
    scope = _current.get()
    return scope is not None and scope.stopped


def check() -> None:
    """Raise Cancelled if the current scope was stopped; call it in loops that make no forward pass."""
    scope = _current.get()
    if scope is not None:
        scope.check()


def count(images: Tensor, logits: Tensor) -> None:
    """Report one forward pass to the current scope."""
    scope = _current.get()
    if scope is not None:
        scope._count(images.detach(), logits.detach(), logits.requires_grad)


def extra(evaluations: float) -> None:
    """Report gradient evaluations of an image beyond those of the passes counted, such as a second way back."""
    scope = _current.get()
    while scope is not None:
        scope.beyond += evaluations
        scope = scope._outer


def made_elsewhere(forwards: int, queries: int, graded: int, beyond: float) -> None:
    """Report passes that another process has made for this computation, as CancelScope counts them."""
    scope = _current.get()
    while scope is not None:
        scope.forwards += forwards
        scope.queries += queries
        scope.graded += graded
        scope.beyond += beyond
        scope = scope._outer
