"""A worker as a job of Slurm, by submitit: its time is extended, and it is started again after pre-emption."""

import importlib.util
import math
import os
import shlex
import shutil
import signal
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from core.base.params import param
from core.base.paths import ROOT, settle
from core.contracts.launcher import JobState, Launcher, Needs
from core.runs.launchers._slurm_words import ask, state_of
from core.runs.launchers._submitit_job import SubmititJob

ENGINE = "engine"  # in the run's folder: what submitit writes
COMMANDS = ("sbatch", "srun", "squeue", "scancel")
FINDS_US = f"export PYTHONPATH={shlex.quote(str(ROOT))}${{PYTHONPATH:+:$PYTHONPATH}}"
USUAL_HOURS = 24.0  # where nobody says how long it may take


@dataclass(frozen=True)
class Slurm(Launcher):
    """`sbatch` with `--signal=USR2` before the time is up: the run saves, and the same job is queued again.

    The job needs what the submitting machine has under the same paths: this program, its Python and the run's folder.
    """

    key = "slurm"
    title = "Slurm"
    plain = "A job in the queue of a Slurm cluster, which saves and goes on when its time is up."
    cite = "submitit, https://github.com/facebookincubator/submitit"
    joins: ClassVar[bool] = True

    partition: str = param("", title="Partition", help="Where the job is queued; empty: the cluster's usual one.")
    account: str = param("", title="Account", help="Whose time is used; empty: your usual one.")
    qos: str = param("", title="Quality of service", help="As your cluster calls it; empty: the usual one.")
    constraint: str = param("", title="Constraint", help="A feature that the node must have, such as a100.")
    save_seconds: int = param(120, low=20, high=3600, title="Seconds to save", help="How long before its time is up, "
                              "or before it is pre-empted, the run is told to save.")  # fmt: skip
    timeouts: int = param(100, low=0, high=10_000, title="Times it goes on", help="How often it is queued again when "
                          "its time is up.")  # fmt: skip
    python: str = param("", title="Python", help="The Python on the nodes; empty: the same path as here.")
    engine: str = param("slurm", title="Engine", choices={"slurm": "Slurm", "local": "this machine, to try it out"})

    def submit(self, folder: Path, needs: Needs) -> str:
        settle()
        try:
            executor = self._executor(folder, needs)
            job = executor.submit(SubmititJob(folder, self.save_seconds))
        except (OSError, ValueError):
            raise
        except Exception as error:  # noqa: BLE001  submitit's own, which quote what sbatch says
            raise OSError(f"Slurm did not take the job: {_last_line(str(error))}") from error
        (folder / ENGINE).chmod(0o700)
        return str(job.job_id)

    def state(self, folder: Path, job: str) -> JobState:
        if self.engine == "slurm":
            return state_of(job)
        return JobState("running" if _lives(job, folder) else "ended")

    def stop(self, folder: Path, job: str) -> None:
        if self.engine == "slurm":
            ask("scancel", job)
        elif _lives(job, folder):
            with suppress(ProcessLookupError):
                os.kill(int(job), signal.SIGINT)

    def obstacle(self) -> str:
        if importlib.util.find_spec("submitit") is None:
            return "submitit is not installed: pip install 'counterproof[slurm]'"
        lacks = [each for each in COMMANDS if not shutil.which(each)] if self.engine == "slurm" else []
        return f"there is no Slurm on this machine: {lacks[0]} is not found" if lacks else ""

    def offer(self) -> str:
        where = [f"--partition={self.partition}"] if self.partition else []
        try:
            lines = ask("sinfo", "--noheader", "--format=%D %t", *where).splitlines()
        except OSError:
            return ""
        counts = [line.split()[0] for line in lines if line.rstrip().endswith(" idle")]
        idle = sum(int(each) for each in counts if each.isdigit())
        said = f"{idle} {'node is' if idle == 1 else 'nodes are'} idle"
        try:
            waiting = len(ask("squeue", "--noheader", "--states=PENDING", "--format=%i", *where).split())
        except OSError:
            return said
        return f"{said}, {waiting:,} {'job waits' if waiting == 1 else 'jobs wait'}"

    def _executor(self, folder: Path, needs: Needs) -> Any:
        """The executor of submitit with all that the job is to have."""
        import submitit

        minutes = math.ceil((needs.hours or USUAL_HOURS) * 60)
        python = shlex.quote(self.python) if self.python else None
        if self.engine == "local":
            local = submitit.LocalExecutor(folder / ENGINE, max_num_timeout=self.timeouts, python=python)
            local.update_parameters(timeout_min=minutes, gpus_per_node=needs.gpus,
                                    signal_delay_s=self.save_seconds)  # fmt: skip
            return local
        slurm = submitit.SlurmExecutor(folder / ENGINE, max_num_timeout=self.timeouts, python=python)
        wanted: dict[str, Any] = {
            "job_name": f"counterproof-{folder.name[-8:]}", "time": minutes, "ntasks_per_node": 1,
            "nodes": max(needs.nodes, 1),
            "signal_delay_s": self.save_seconds, "setup": [FINDS_US], "partition": self.partition,
            "account": self.account, "qos": self.qos, "constraint": self.constraint, "gpus_per_node": needs.gpus,
            "cpus_per_task": needs.cpus, "mem": f"{math.ceil(needs.memory_gb * 1024)}M" if needs.memory_gb else "",
            "additional_parameters": {"requeue": True},
        }  # fmt: skip
        slurm.update_parameters(wckey=None, **{name: value for name, value in wanted.items() if value})
        return slurm


def _lives(job: str, folder: Path) -> bool:
    """Whether the controller that submitit started on this machine still works, and is this run's."""
    try:
        said = Path(f"/proc/{int(job)}/cmdline").read_bytes()
        state = Path(f"/proc/{int(job)}/stat").read_text().rpartition(")")[2].split()[0]
    except (OSError, ValueError):
        return False
    return state != "Z" and str(folder).encode() in said


def _last_line(text: str) -> str:
    return next((line.strip() for line in reversed(text.splitlines()) if line.strip()), "no reason was given")[:300]


LAUNCHERS: tuple[type[Launcher], ...] = (Slurm,)
