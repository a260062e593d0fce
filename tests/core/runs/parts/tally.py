"""A task made up for tests that can be divided, with workers that are forks, and their parts forks of those."""

import os
import signal
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from core.runs.context import Context, Stopped
from core.runs.parts import crew, place
from core.runs.parts.folders import part_folders
from core.runs.run import Run
from core.runs.store import Store
from core.runs.worker import work
from tests.core.runs.doubles import Forks, until

UNITS = 12


def tally(context: Context, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Two rows a unit; a part dies where and as often as the file `die` in the run's folder says."""
    share = context.share
    share.facts = {"weights": [arguments.get("weights", "w")], "data": ["d"], "threads": 1}
    steps = share.steps(UNITS, each=2)
    context.progress(max(steps.start, context.saved + 1) / (2 * UNITS))
    for step in range(max(steps.start, context.saved + 1), steps.stop):
        _die(share.kept / f"die{step}")
        context.row(step, value=step * step)
        with context.checkpoint(step):
            pass
        context.progress((step + 1) / (2 * UNITS))
        time.sleep(arguments.get("pause", 0.01))
        if context.stop_asked():
            raise Stopped
    if share.is_part:
        return share.result()
    return {"rows": [row["value"] for row in Run(context.folder).metrics]}


def _die(order: Path) -> None:
    """Die by SIGKILL, or fail, as often as the file has letters: k or f."""
    with suppress(FileNotFoundError):
        letters = order.read_text()
        order.write_text(letters[1:])
        if letters[:1] == "k":
            os.kill(os.getpid(), signal.SIGKILL)
        if letters[:1] == "f":
            raise ValueError("the unit cannot be made")


class Alone(Forks):
    """Forks that hold nothing open but their own lock, like the processes that they stand for."""

    def launch(self, folder: Path, lock: int) -> None:
        pid = os.fork()
        if not pid:
            code = 99
            try:
                os.setsid()
                os.closerange(3, lock)
                os.closerange(lock + 1, 1024)
                code = work(folder, {"tally": tally}, lock)
            finally:
                os._exit(code)
        self.pids.append(pid)


@contextmanager
def tallies(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    """A store whose runs may tally; nothing that was started is left."""
    forks = Alone({"tally": tally})
    monkeypatch.setattr(crew, "Store", partial(Store, launch=forks.launch))
    monkeypatch.setattr(crew, "PAUSE", 0.1)
    monkeypatch.setattr(place, "DIVISIBLE", {"tally"})
    monkeypatch.setattr(crew.cores, "available", lambda: 8)
    store = Store(folder / "runs", forks.launch)
    yield store
    forks.reap()
    for run in store.runs():
        for part in part_folders(run.folder).values():
            if Run(part).status.alive:
                with suppress(ProcessLookupError):
                    os.kill(Run(part).status.pid, signal.SIGKILL)


def parts(run: Run) -> dict[int, Run]:
    return {number: Run(folder) for number, folder in part_folders(run.folder).items()}


def at_work(run: Run, count: int, step: int = 0, seconds: float = 60) -> dict[int, Run]:
    """Wait until so many parts have made `step` steps each, and all of them."""

    def there() -> bool:
        known = parts(run).values()
        return len(known) == count and all(len(each.metrics) > step for each in known)

    until(there, seconds)
    return parts(run)
