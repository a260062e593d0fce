"""The workers of this process: started when they are needed, used again, ended when idle, replaced when they die."""

import logging
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from core.base import cancellation
from core.base.paths import VARIABLES
from core.workers import size
from core.workers.conversation import answers
from core.workers.models import ModelName
from core.workers.start import Process, Starter
from core.workers.worker import Asked

log = logging.getLogger("counterproof")
HEAR = 0.2  # seconds between two looks for a stop
IDLE = 180.0  # seconds after which a worker with nothing to do ends; the one used last stays
Question = Callable[..., Iterator[Any]]


class Pool:
    """At most `size` workers; whoever finds none free waits. `threads`: what each computes with.

    prepare: a function of a module, called in each worker before it computes.
    """

    def __init__(self, count: int, threads: int, prepare: Callable[[], object] | None = None) -> None:
        self.size, self.threads, self.prepare = count, threads, prepare
        self.starter = Starter()
        self.idle: list[Process] = []  # the one used last at the end
        self.busy = 0  # also those that are being started
        self._watching = False
        self._changed = threading.Condition()

    def parts(
        self,
        question: Question,
        models: tuple[ModelName, ...],
        *given: Any,
        threads: int | None = None,
        then: Question | None = None,
    ) -> Iterator[Any]:
        """What a worker answers to a question of core.workers.questions, as it comes; passes count in this scope.

        then: a second question about the same, answered after the first, which gives way to first ones of others.
        Cancelled if the current scope is stopped, also while it waits; what it raises there is raised here, ValueError
        and OSError as they are. OSError if the worker dies.
        """
        environment = {name: os.environ.get(name) for name in VARIABLES}
        count = max(1, min(threads or self.threads, os.cpu_count() or 1))
        asked = Asked(question, models, given, count, environment, self.prepare, then)
        with self._one(models) as worker:
            yield from answers(worker, asked)

    def ask(self, question: Question, models: tuple[ModelName, ...], *given: Any) -> Any:
        """The answer to a question that has one."""
        (answer,) = self.parts(question, models, *given)
        return answer

    def warm(self) -> None:
        """Have the libraries loaded before anybody asks; in a thread of its own."""
        threading.Thread(target=self._warm, name="warm-up", daemon=True).start()

    def _warm(self) -> None:
        try:
            self.starter.warm()
        except OSError as error:
            log.warning("%s", error)

    @contextmanager
    def _one(self, models: tuple[ModelName, ...]) -> Iterator[Process]:
        """A worker for one question; it is ended unless it comes to the end of it."""
        worker = self._taken(models)
        whole = False
        try:
            worker = worker or self.starter.start()
            try:
                yield worker
                whole = worker.resident < size.RETIRED
            except (ValueError, OSError, RuntimeError, cancellation.Cancelled):
                whole = worker.alive and worker.resident < size.RETIRED
                raise
        finally:
            if worker is not None and not whole:
                worker.end()
            with self._changed:
                self.busy -= 1
                if worker is not None and whole:
                    worker.idle_since = time.monotonic()
                    self.idle.append(worker)
                    self._watch()
                self._changed.notify_all()

    def _taken(self, models: tuple[ModelName, ...]) -> Process | None:
        """One that has nothing to do, best one that holds the models; None: there is a place for a new one.

        Waits until one of the two is so; Cancelled if a stop is asked for meanwhile.
        """
        names = {each.name for each in models}
        with self._changed:
            while True:
                self._bury()
                if self.idle:
                    fitting = [each for each in self.idle if names <= set(each.models)]
                    worker = fitting[-1] if fitting else self.idle[0]
                    self.idle.remove(worker)
                    self.busy += 1
                    return worker
                if self.busy < self.size and (not self.busy or size.room(models)):
                    self.busy += 1
                    return None
                cancellation.check()
                self._changed.wait(HEAR)

    def _bury(self) -> None:
        """Forget those that have died with nothing to do."""
        for worker in [each for each in self.idle if not each.alive]:
            self.idle.remove(worker)
            worker.end()

    def _watch(self) -> None:
        if not self._watching:
            self._watching = True
            threading.Thread(target=self._end_idle, name="idle workers", daemon=True).start()

    def _end_idle(self) -> None:
        """End what was idle for long; the body of a thread, which goes when there is one left."""
        while True:
            time.sleep(IDLE / 6)
            with self._changed:
                old = [each for each in self.idle[:-1] if time.monotonic() - each.idle_since > IDLE]
                self.idle = [each for each in self.idle if each not in old]
                self._watching = self.busy + len(self.idle) > 1
            for each in old:
                each.end()
            if not self._watching:
                return

    def close(self) -> None:
        """End those that have nothing to do; the others end with this process."""
        with self._changed:
            for worker in self.idle:
                worker.end()
            self.idle = []
        self.starter.close()
