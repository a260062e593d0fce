"""A run on machines without a scheduler: somebody starts torchrun on each of them, with the command that is shown."""

import importlib.util
import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from core.base.params import param
from core.base.paths import ROOT
from core.contracts.launcher import JobState, Launcher, Needs
from core.runs.launch_file import read_launch, torchrun_command


@dataclass(frozen=True)
class Torchrun(Launcher):
    """It waits until the command was given on every machine, and goes on where it is given again.

    Every machine needs the same program and Python, and sees the run's folder, under the same paths.
    """

    key = "torchrun"
    title = "torchrun"
    plain = "Started by hand on one machine or several, with the command that is shown; each sees the same folders."
    cite = "torchrun, https://docs.pytorch.org/docs/stable/elastic/run.html"
    joins: ClassVar[bool] = True
    offered: ClassVar[bool] = False

    address: str = param("127.0.0.1:29400", title="Address", help="HOST:PORT of the first machine, where all meet.")
    python: str = param("", title="Python", help="The Python on the machines; empty: the same path as here.")

    def submit(self, folder: Path, needs: Needs) -> str:
        return "by hand"

    def state(self, folder: Path, job: str) -> JobState:
        launch = read_launch(folder)
        try:
            command = shlex.join(torchrun_command(folder, self.address, self.python))
        except OSError as error:
            return JobState("unknown", str(error))
        count = max(launch.needs.nodes, 1) if launch else 1
        where = f"each of {count} machines" if count > 1 else "a machine"
        return JobState("waiting", f"it is to be started on {where}: cd {shlex.quote(str(ROOT))} && {command}")

    def stop(self, folder: Path, job: str) -> None:
        """Nothing is queued anywhere; the command of a run that was stopped starts nothing any more."""

    def obstacle(self) -> str:
        found = importlib.util.find_spec("torch.distributed.run")
        return "" if found else "this PyTorch has no torchrun"


LAUNCHERS: tuple[type[Launcher], ...] = (Torchrun,)
