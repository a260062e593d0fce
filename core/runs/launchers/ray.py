"""A worker as a job of a Ray cluster, through Ray Jobs: started on whichever node has room."""

import importlib.util
import json
import os
import shlex
import socket
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from urllib.request import urlopen

from core.base.params import param
from core.base.paths import ROOT, VARIABLES, settle
from core.contracts.launcher import JobState, Launcher, Needs
from core.runs.launch_file import worker_command

ENDED = {"STOPPED": "it was stopped", "SUCCEEDED": "it had nothing to do any more", "FAILED": "it failed"}
GB = 1024**3
UNITS = {"GPU": "GPU", "CPU": "core"}  # Ray's word -> ours
MOST = 1_000_000  # bytes of an answer
KNOCK = 2.0  # seconds that the head has to open its door


@dataclass(frozen=True)
class Ray(Launcher):
    """The entrypoint of a job takes the GPUs, cores and memory of one node; Ray sets no limit to its time.

    Every node needs what the submitting machine has under the same paths: this program, its Python, the run's folder.
    """

    key = "ray"
    title = "Ray"
    plain = "A job of a Ray cluster, which starts on a node with enough room."
    cite = "Ray Jobs, https://docs.ray.io/en/latest/cluster/running-applications/job-submission/"

    address: str = param("http://127.0.0.1:8265", title="Address", help="Of the cluster's dashboard, which takes jobs.")
    python: str = param("", title="Python", help="The Python on the nodes; empty: the same path as here.")

    def submit(self, folder: Path, needs: Needs) -> str:
        settle()
        client = self._client()
        entry = f"cd {shlex.quote(str(ROOT))} && exec {shlex.join(worker_command(folder, self.python))}"
        passed = {name: value for name in VARIABLES if (value := os.environ.get(name))}
        try:
            job: str = client.submit_job(
                entrypoint=entry, entrypoint_num_cpus=needs.cpus or 1, entrypoint_num_gpus=needs.gpus or None,
                entrypoint_memory=int(needs.memory_gb * GB) or None, runtime_env={"env_vars": passed},
                metadata={"run": folder.name},
            )  # fmt: skip
        except Exception as error:  # noqa: BLE001  Ray's own, of many kinds
            raise OSError(f"Ray did not take the job: {_first_line(error)}") from error
        return job

    def state(self, folder: Path, job: str) -> JobState:
        try:
            client = self._client()
        except OSError as error:
            return JobState("unknown", str(error), asked=False)
        try:
            told = client.get_job_info(job)
        except RuntimeError as error:  # a job that a new head does not know
            return JobState("unknown", f"the Ray cluster at {self.address} does not know the job: {_first_line(error)}")
        except Exception:  # noqa: BLE001  the head went meanwhile; Ray hands on what its own HTTP library raises
            return JobState("unknown", f"no Ray cluster answers at {self.address}", asked=False)
        status = str(getattr(told.status, "value", told.status))
        if status == "PENDING":
            return JobState("waiting", "no node has the room that it needs yet")
        node = (told.driver_node_id or "")[:8]
        if status == "RUNNING":
            return JobState("running", f"on node {node}" if node else "")
        return JobState("ended", _why(status, told.message or ""))

    def stop(self, folder: Path, job: str) -> None:
        client = self._client()
        with suppress(RuntimeError):  # it has ended, or the cluster does not know it
            client.stop_job(job)

    def obstacle(self) -> str:
        if importlib.util.find_spec("ray") is None:
            return "Ray is not installed: pip install 'counterproof[ray]'"
        try:
            named = urlsplit(self.address)
            with socket.create_connection((named.hostname or "", named.port or 8265), KNOCK):
                return ""
        except (OSError, ValueError):
            return f"no Ray cluster answers at {self.address}"

    def offer(self) -> str:
        if urlsplit(self.address).scheme not in ("http", "https"):
            return ""
        try:
            with urlopen(f"{self.address.rstrip('/')}/api/cluster_status", timeout=KNOCK) as answer:  # noqa: S310  asked for
                told = json.loads(answer.read(MOST))
            usage = told["data"]["clusterStatus"]["loadMetricsReport"]["usage"]
            free = {name: int(usage[key][1] - usage[key][0]) for key, name in UNITS.items() if key in usage}
        except (OSError, ValueError, KeyError, TypeError, IndexError):
            return ""
        said = [f"{count:,} {name}{'' if count == 1 else 's'}" for name, count in free.items()]
        return f"free: {' and '.join(said)}" if said else ""

    def _client(self) -> Any:
        """Who talks to the cluster; OSError in one sentence if it does not answer."""
        if reason := self.obstacle():
            raise OSError(reason)
        os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # nothing is sent to anyone
        from ray.job_submission import JobSubmissionClient

        try:
            return JobSubmissionClient(self.address)
        except Exception as error:
            raise OSError(f"no Ray cluster answers at {self.address}") from error


def _why(status: str, message: str) -> str:
    """How a job ended; what Ray says of a node that died is told, its traces are not.

    >>> _why("FAILED", "Job supervisor actor died: The node was terminated unexpectedly"), _why("STOPPED", "")
    ('the node that it ran on was lost', 'it was stopped')
    """
    lower = message.lower()
    if status == "FAILED" and any(each in lower for each in ("actor died", "node was terminated", "node died")):
        return "the node that it ran on was lost"
    lines = [line.strip() for line in message.splitlines() if line.strip()]
    told = next((line for line in reversed(lines) if "does not see" in line or "handed to somebody" in line), "")
    return ENDED.get(status, status.lower()) + (f": {told[:300]}" if told and status == "FAILED" else "")


def _first_line(error: Exception) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return (lines[0] if lines else type(error).__name__)[:200].rstrip(".")


LAUNCHERS: tuple[type[Launcher], ...] = (Ray,)
