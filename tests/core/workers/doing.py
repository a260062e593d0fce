"""Questions for workers that compute nothing: workers find them by their names."""

import os
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import torch

from core.base import cancellation
from core.contracts.classifier import Classifier


def number(_: Sequence[Classifier]) -> Iterator[int]:
    """The process that answers."""
    yield os.getpid()


def deaf(_: Sequence[Classifier]) -> Iterator[int]:
    """Begins, and hears no stop for a minute."""
    yield os.getpid()
    time.sleep(60)


def until_stopped(_: Sequence[Classifier]) -> Iterator[int]:
    """Begins, and goes on until it is stopped."""
    yield os.getpid()
    while True:
        cancellation.check()
        time.sleep(0.01)


def until_there(_: Sequence[Classifier], path: Path) -> Iterator[int]:
    """Begins, and ends once there is a file."""
    yield os.getpid()
    while not path.exists():
        cancellation.check()
        time.sleep(0.01)


def fails(_: Sequence[Classifier], kind: type[Exception], said: str) -> Iterator[int]:
    yield 1
    raise kind(said)


def hears(_: Sequence[Classifier], kind: type[Exception], said: str) -> Iterator[str]:
    yield said


def passes(models: Sequence[Classifier], count: int) -> Iterator[float]:
    """Makes so many passes of one image."""
    with torch.no_grad():
        for _ in range(count):
            yield float(models[0](torch.zeros(1, *models[0].size)).sum())


def environment(_: Sequence[Classifier], name: str) -> Iterator[str | None]:
    yield os.environ.get(name)


def niceness(_: Sequence[Classifier]) -> Iterator[tuple[int, int]]:
    """Of the thread that computes, and of one that it starts."""
    found: list[int] = []
    here = threading.Thread(target=lambda: found.append(os.getpriority(os.PRIO_PROCESS, threading.get_native_id())))
    here.start()
    here.join()
    yield os.getpriority(os.PRIO_PROCESS, threading.get_native_id()), found[0]
