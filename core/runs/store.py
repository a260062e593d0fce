"""The runs of one place: start and find. Nothing is kept but the folders."""

import os
import secrets
import shutil
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from core.base.run_folder import LOCK, SPEC, is_name, runs_folder
from core.contracts.launcher import Launcher, Needs
from core.runs import elsewhere, trail
from core.runs.files import take, write_json
from core.runs.launchers import LOCAL, launcher
from core.runs.launchers.local import End, Start, detached, end
from core.runs.run import Run as Run
from core.runs.spec import DEVICE as DEVICE
from core.runs.spec import checked
from core.runs.status import Status as Status
from core.runs.status import write_status


class Store:
    """The runs in `root`. Any number of stores, in any number of processes, may share it."""

    def __init__(self, root: Path, launch: Start = detached, end: End = end, on: Launcher | None = None) -> None:
        """on: the engine that runs are handed to where nobody says otherwise; None for workers on this machine."""
        self.root = root.absolute()
        self.launch, self.end, self.on = launch, end, on

    @classmethod
    def usual(cls) -> "Store":
        """Where the runs of this user are, and how they are started, for pages and the shell alike."""
        return cls(runs_folder(), on=launcher())

    def submit(
        self, task: str, arguments: Mapping[str, Any], *, device: str = "cpu", threads: int = 0,
        on: Launcher | None = None, needs: Needs | None = None,
    ) -> Run:  # fmt: skip
        """Write the run and start its worker, which waits until `device` ("cpu", "cuda:0", "cuda:0,cuda:1") is free.

        `threads` of 0 means all cores but one. `on` another engine it is handed to that, with what it `needs`, and its
        devices are those asked for there. ValueError in one sentence if a run cannot have these settings, or the engine
        is not to be had; OSError if the folder cannot be written, or the engine does not take it.
        """
        on, needs = on or self.on, needs or Needs()
        away = on if on is not None and on.key != LOCAL else None
        if away is not None:
            if reason := away.obstacle():
                raise ValueError(reason)
            device = needs.device if device == "cpu" else device
        if not DEVICE.fullmatch(device):
            raise ValueError(f"expected a device such as cpu, cuda:0 or cuda:0,cuda:1, got {device!r}")
        spec = checked({"task": task, "arguments": dict(arguments), "device": device, "threads": threads})
        now = time.time()
        run = Run(
            self.root / f"{time.strftime('%Y%m%d-%H%M%S', time.gmtime(now))}-{secrets.token_hex(4)}",
            self.launch,
            self.end,
        )
        new = run.folder.with_name(f".new-{run.id}")  # nobody sees it before it is whole and its lock is held
        try:
            new.mkdir(parents=True)
            write_json(new / SPEC, spec)
            write_status(new, Status(submitted=now, queued=now))
            lock = take(new / LOCK) if away is None else elsewhere.prepare(new, away, needs)
            new.rename(run.folder)
        except OSError as error:
            shutil.rmtree(new, ignore_errors=True)
            raise OSError(f"runs cannot be written to {self.root}: {error.strerror or error}") from error
        assert lock is not None, "nobody else can hold the lock of a folder just made"
        trail.submitted(run.folder)
        if away is None:
            run.start(lock)
        else:
            elsewhere.hand_over(run.folder, away, lock)
        return run

    def runs(self) -> list[Run]:
        """Every run, the newest first, lost ones too, and what has the name of one; OSError in one sentence."""
        try:
            if not self.root.is_dir():
                return []
            names = sorted((path.name for path in self.root.iterdir() if is_name(path.name)), reverse=True)
        except OSError as error:
            raise OSError(f"runs cannot be read from {self.root}: {error.strerror or error}") from error
        return [Run(self.root / name, self.launch, self.end) for name in names]

    def run(self, name: str) -> Run:
        """The run called `name`; ValueError if there is none. A name may come from outside: it is no path."""
        if not is_name(name) or not os.path.lexists(self.root / name):
            raise ValueError(f"there is no run {name[:60]!r}")
        return Run(self.root / name, self.launch, self.end)
