"""What a launcher is: something that has the worker of a run started where the run's folder is seen, and ended.

Whatever starts it, the work is `python -m core.runs.worker FOLDER` and what core/runs/launch_file.py `worker_command`
adds. Nothing but the folder crosses: that a worker lives is told by its heartbeat there, the engine's word is a hint.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import ClassVar, Literal

from core.base.params import Method

JOINED = ("refine",)  # the tasks that can work on several machines at once
MOST = {"gpus": 64, "nodes": 1024, "cpus": 4096, "memory_gb": 65536, "hours": 24 * 365}


@dataclass(frozen=True)
class Needs:
    """What a run asks an engine for, on each of `nodes` machines; 0 leaves it to the engine, of machines it is one.

    ValueError for what no machine has.

    >>> Needs(gpus=-1)
    Traceback (most recent call last):
    ValueError: expected gpus from 0 to 64, got -1
    """

    gpus: int = 0
    nodes: int = 0
    cpus: int = 0
    memory_gb: float = 0.0
    hours: float = 0.0

    def __post_init__(self) -> None:
        for name, most in MOST.items():
            value, whole = getattr(self, name), name in ("gpus", "nodes", "cpus")
            if isinstance(value, bool) or not isinstance(value, int if whole else int | float):
                raise ValueError(f"expected {name} to be a {'whole ' if whole else ''}number, got {value!r}")
            if not 0 <= value <= most:
                raise ValueError(f"expected {name} from 0 to {most}, got {value}")

    @property
    def device(self) -> str:
        """What the run's device is called on the machine that it is given: the engine shows it its own GPUs only.

        >>> Needs(gpus=2).device, Needs().device
        ('cuda:0,cuda:1', 'cpu')
        """
        return ",".join(f"cuda:{index}" for index in range(self.gpus)) or "cpu"


@dataclass(frozen=True)
class JobState:
    """What the engine says of a job, and in words why it waits, where it runs, how it ended or why nobody knows.

    reason: without a full stop and, beside `unknown`, a whole clause: "no Ray cluster answers at ...".
    """

    kind: Literal["waiting", "running", "ended", "unknown"]
    reason: str = ""
    asked: bool = field(default=True, repr=False)  # False: it could not be asked, so that nothing follows for the job


class Launcher(Method, ABC):
    """Base of launchers. Its parameters are what an engine wants to know: partition, account, address ..."""

    joins: ClassVar[bool] = False  # whether it can give one run several machines
    offered: ClassVar[bool] = True  # whether the pages offer it, beside the shell

    def __post_init__(self) -> None:
        """A line break in a text could end a line of what an engine is handed, and begin a command there."""
        super().__post_init__()
        for entry in fields(self):
            if isinstance(value := getattr(self, entry.name), str) and not value.isprintable():
                raise ValueError(f"{self.key}: expected {entry.name} without line breaks, got {value[:60]!r}")

    @abstractmethod
    def submit(self, folder: Path, needs: Needs) -> str:
        """Have the worker of the run in `folder` started some time; the engine's name for the job.

        OSError or ValueError in one sentence if the engine refuses or does not answer.
        """

    @abstractmethod
    def state(self, folder: Path, job: str) -> JobState:
        """What the engine says of the job now. It does not raise, and answers within seconds."""

    @abstractmethod
    def stop(self, folder: Path, job: str) -> None:
        """End the job, whether it waits or runs; nothing where it has ended. OSError in one sentence."""

    def obstacle(self) -> str:
        """Why nothing can be submitted from this machine, in a sentence without a full stop; "" if it can."""
        return ""

    def expect(self, task: str, needs: Needs) -> None:
        """ValueError in one sentence where a run of this task cannot have several machines, and is to have them."""
        if needs.nodes > 1 and not self.joins:
            raise ValueError(f"{self.title} gives a run one machine")
        if needs.nodes > 1 and task not in JOINED:
            raise ValueError("only a refinement works on several machines at once")

    def offer(self) -> str:
        """What there is to have now, in a few words; "" where that is not cheaply known."""
        return ""
