"""The runs of one place: start and find. Nothing is kept but the folders."""

import os
import secrets
import shutil
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from core.access.belonging import Belonging
from core.access.permission import require, visible
from core.base.run_folder import LOCK, OWNER, SPEC, is_name, runs_folder
from core.contracts.launcher import Launcher, Needs
from core.runs import elsewhere, trail
from core.runs.files import take, write_json
from core.runs.launchers import LOCAL, launcher
from core.runs.launchers.local import End, Start, detached, end
from core.runs.named_things import expect_visible
from core.runs.parts.place import divided, lay_place
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
        on: Launcher | None = None, needs: Needs | None = None, parts: int = 1, part: tuple[int, int] | None = None,
    ) -> Run:  # fmt: skip
        """Write the run and start its worker, which waits until `device` ("cpu", "cuda:0", "cuda:0,cuda:1") is free.

        `threads` of 0 means all cores but one. `on` another engine it is handed to that, with what it `needs`, and its
        devices are those asked for there. In several `parts`, these are what is handed to it, see core.runs.parts;
        `part`: which one of these it is. ValueError in one sentence if a run cannot have these settings, or the engine
        is not to be had, or who asks may not start runs or see what the arguments name; OSError if the folder cannot be
        written, or the engine does not take it.
        """
        require("run")
        expect_visible(arguments)
        on, needs = on or self.on, needs or Needs()
        away = on if on is not None and on.key != LOCAL else None
        if away is not None:
            if reason := away.obstacle():
                raise ValueError(reason)
            away.expect(task, needs)
            device = needs.device if device == "cpu" and parts == 1 else device
        if not DEVICE.fullmatch(device):
            raise ValueError(f"expected a device such as cpu, cuda:0 or cuda:0,cuda:1, got {device!r}")
        spec = {"task": task, "arguments": dict(arguments), "device": device, "threads": threads}
        if parts != 1:
            spec |= divided(task, parts, threads, needs if away is not None else None)
        spec = checked(spec if part is None else spec | {"part": list(part)})
        parted, away = (away, None) if parts > 1 else (None, away)
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
            Belonging(new / OWNER).claim()
            write_status(new, Status(submitted=now, queued=now))
            if parted is not None:
                lay_place(new, parted, needs)
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
        """Every run that who asks may see, the newest first, lost ones too, and what has the name of one; OSError in
        one sentence.
        """
        try:
            if not self.root.is_dir():
                return []
            names = sorted((path.name for path in self.root.iterdir() if is_name(path.name)), reverse=True)
        except OSError as error:
            raise OSError(f"runs cannot be read from {self.root}: {error.strerror or error}") from error
        found = (Run(self.root / name, self.launch, self.end) for name in names)
        return [run for run in found if visible(run.owner)]

    def run(self, name: str) -> Run:
        """The run called `name`; ValueError if there is none, or who asks may not see it. A name may come from outside:
        it is no path.
        """
        run = Run(self.root / name, self.launch, self.end)
        if not is_name(name) or not os.path.lexists(run.folder) or not visible(run.owner):
            raise ValueError(f"there is no run {name[:60]!r}")
        return run
