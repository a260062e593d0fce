"""Which engine a run was handed to: the object in its launch.json. A run on this machine has none.

The token names one submission. A worker that finds another one there knows that the run goes on elsewhere, and ends.
"""

import secrets
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from core.base.errors import Unreadable
from core.base.run_folder import LAUNCH
from core.contracts.launcher import Needs
from core.runs.files import read_part, write_json
from core.runs.spec import known_spec

CALLED = "its launch file"
LARGEST = 10**5  # bytes


@dataclass(frozen=True)
class Launch:
    """One submission: the launcher in its JSON form, what was asked for, its token, and the engine's name for it."""

    on: Mapping[str, Any]
    needs: Needs = Needs()
    token: str = field(default_factory=lambda: secrets.token_hex(8))
    job: str = ""  # "" until the engine has taken it


def write_launch(folder: Path, launch: Launch) -> None:
    """Replace what is known of the submission of the run in `folder`; OSError."""
    write_json(folder / LAUNCH, asdict(launch) | {"on": dict(launch.on)})


def read_launch(folder: Path) -> Launch | None:
    """The last submission of the run in `folder`; None if it was started on this machine, or nobody can tell."""
    try:
        said = read_part(folder / LAUNCH, CALLED, LARGEST)
        on, token, job = said["on"], said["token"], said.get("job", "")
        if not isinstance(on, dict) or not all(isinstance(each, str) for each in (token, job)):
            return None
        return Launch(on, Needs(**said.get("needs", {})), token, job)
    except (Unreadable, KeyError, TypeError, ValueError):
        return None


def worker_command(folder: Path, python: str = "") -> list[str]:
    """What an engine is to start, on a machine that sees `folder`; OSError where there is no submission."""
    if (launch := read_launch(folder)) is None:
        raise OSError(f"{CALLED} in {folder} cannot be read")
    return [python or sys.executable, "-m", "core.runs.worker", str(folder), "--launch", launch.token]


def torchrun_command(folder: Path, address: str, python: str = "") -> list[str]:
    """What is to be started on each of the machines of a run on several: torchrun, which starts the workers there.

    address: HOST:PORT of one of them, where all meet; a worker for each GPU, or each of the `processes` asked for.
    """
    launch = read_launch(folder)
    first, *worker = worker_command(folder, python)
    assert launch is not None, "or there would be no command"
    each = launch.needs.gpus or known_spec(folder).get("arguments", {}).get("processes") or 1
    meeting = ["--rdzv-backend", "c10d", "--rdzv-endpoint", address, "--rdzv-id", launch.token]
    return [first, "-m", "torch.distributed.run", "--nnodes", str(max(launch.needs.nodes, 1)), "--nproc-per-node",
            str(each), "--max-restarts", "0", *meeting, *worker]  # fmt: skip
