"""Tasks made up for tests, workers as forks of the test's process, and ways to wait for what they do."""

import contextlib
import json
import os
import signal
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from core.runs import files
from core.runs.context import Context, Stopped
from core.runs.store import Run
from core.runs.tasks import Task
from core.runs.worker import work

FINAL = {"completed", "failed", "stopped", "lost"}


def walk(context: Context, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """A chain in which every number depends on all before it: a row lost or made twice changes the end."""
    first, value = 0, 1
    if found := context.latest():
        first, value = found[0] + 1, json.loads((found[1] / "value.json").read_text())
    total = arguments["steps"]
    context.progress(first / total)

    def save(step: int) -> None:
        with context.checkpoint(step) as folder:
            (folder / "value.json").write_text(json.dumps(value))

    for step in range(first, total):
        value = (value * 6364136223846793005 + 1442695040888963407 + step) % 2**64
        context.row(step, value=value)
        if step % 7 == 3:
            context.row(step, share=value / 2**64)
        if step % 5 == 4:
            save(step)
        context.progress((step + 1) / total)
        time.sleep(arguments.get("pause", 0.001))
        if how := context.stop_asked():
            if how == "save" and step > context.saved:
                save(step)
            raise Stopped
    return {"value": value}


def deaf(context: Context, _: Mapping[str, Any]) -> dict[str, Any]:
    context.progress(0.0)
    time.sleep(60)
    return {}


def preparing(_context: Context, _: Mapping[str, Any]) -> dict[str, Any]:
    time.sleep(60)
    return {}


def broken(_context: Context, arguments: Mapping[str, Any]) -> dict[str, Any]:
    if "errno" in arguments:
        raise OSError(arguments["errno"], os.strerror(arguments["errno"]), "somewhere")
    raise ZeroDivisionError("a sum over\nnothing")


TASKS = {"walk": walk, "deaf": deaf, "preparing": preparing, "broken": broken}


class Forks:
    """Workers as forks of this process, with tasks of the tests; none outlives its test."""

    def __init__(self, tasks: Mapping[str, Task] = TASKS) -> None:
        self.tasks = tasks
        self.pids: list[int] = []

    def launch(self, folder: Path, lock: int) -> None:
        pid = os.fork()
        if not pid:
            code = 99
            try:
                os.setsid()
                code = work(folder, self.tasks, lock)
            finally:
                os._exit(code)
        self.pids.append(pid)

    def kill(self) -> None:
        """SIGKILL the last worker; it is left a zombie."""
        os.kill(self.pids[-1], signal.SIGKILL)

    def reap(self) -> None:
        for pid in self.pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
        self.pids.clear()


def until(condition: Callable[[], bool], seconds: float = 60.0) -> None:
    assert files.settled(condition, seconds, 0.01), "waited in vain"


def ended(run: Run, seconds: float = 60.0) -> str:
    until(lambda: run.status.state in FINAL, seconds)
    return run.status.state


def running(run: Run, step: int = 0) -> None:
    until(lambda: run.status.state == "running" and run.status.step >= step)


def as_nobody(act: Callable[[], list[str]]) -> list[str]:
    """What `act` says in a process without the rights of root, which may write everywhere."""
    out, into = os.pipe()
    if not (pid := os.fork()):
        try:
            if os.geteuid() == 0:
                os.setgroups([])
                os.setgid(65534)
                os.setuid(65534)
            os.write(into, json.dumps(act()).encode())
        finally:
            os._exit(0)
    os.close(into)
    os.waitpid(pid, 0)
    with os.fdopen(out) as pipe:
        said: list[str] = json.loads(pipe.read())
    return said
