"""One run on several machines: each process is started by torchrun as a worker of the run; the first one writes."""

import sys
import threading
import traceback
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from core.base.errors import Unreadable
from core.base.run_folder import BROKEN
from core.contracts.launcher import JOINED
from core.distributed import torchrun
from core.runs.context import Context, Stopped
from core.runs.failure_words import sentence
from core.runs.files import read_part, write_json
from core.runs.listening import pass_on
from core.runs.spec import known_spec

ENDED = "one of the processes was ended"
CALLED, LARGEST = "its failure", 10_000


def join(context: Context, accelerator: str, bf16: bool, work: Callable[..., dict[str, Any]]) -> dict[str, Any]:
    """What `work` returns in this process, once all of them are there; ValueError in one sentence if one is lost."""
    fabric = torchrun.join(accelerator, bf16=bf16)
    if torchrun.rank():
        context.follow()  # what the first process found in the folder, which it has swept by now
    try:
        return work(fabric, context)
    except RuntimeError as error:  # of gloo or NCCL, by many names: the others have gone
        if _of_the_network(error):
            raise ValueError(ENDED) from error
        raise


def attend(folder: Path, tasks: Mapping[str, Callable[..., Any]]) -> int:
    """The work of a process that is not the first; the exit code. It says in the folder why it failed, no more."""
    spec = known_spec(folder)
    if spec.get("task") not in JOINED:
        return 0
    context, over = Context(folder), threading.Event()
    threading.Thread(target=pass_on, args=(context, over), daemon=True).start()
    try:
        with suppress(Stopped):
            tasks[str(spec["task"])](context, spec.get("arguments", {}))
    except Exception as error:  # noqa: BLE001  the boundary of a process: the first one tells the user
        if str(error) != ENDED:
            with suppress(OSError):
                write_json(folder / BROKEN, {"said": sentence(error, folder), "process": torchrun.rank()})
        sys.stderr.write(traceback.format_exc())
        return 1
    finally:
        over.set()
    return 0


def forget(folder: Path) -> None:
    """What an earlier attempt's processes said is of no interest any more."""
    with suppress(OSError):
        (folder / BROKEN).unlink(missing_ok=True)


def failure(folder: Path) -> str:
    """Why one of the other processes failed, in one sentence; "" if none has said so."""
    with suppress(Unreadable):
        return str(read_part(folder / BROKEN, CALLED, LARGEST).get("said", ""))[:500]
    return ""


def _of_the_network(error: RuntimeError) -> bool:
    from torch.distributed import DistError

    return isinstance(error, DistError) or any(each in str(error) for each in ("gloo", "Connection", "NCCL"))
