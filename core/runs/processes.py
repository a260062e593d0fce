"""One run on several devices: a process each, started by the worker, which waits for them and keeps the run's lock."""

import atexit
import os
import threading
import traceback
from collections.abc import Callable
from contextlib import suppress
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.base.parent_death import WORKER
from core.distributed.fabric import fabric_of, full_precision
from core.runs.context import Context, Stopped
from core.runs.failure_words import sentence
from core.runs.listening import HEAR, pass_on

if TYPE_CHECKING:
    from lightning_fabric import Fabric

Work = Callable[..., dict[str, Any]]  # (fabric, context) -> the result of the first process


def spread(context: Context, accelerator: str, devices: int | list[int], bf16: bool, work: Work) -> dict[str, Any]:
    """What `work` returns in the first of the processes, one a device; Stopped if it was stopped.

    They are spawned: a launcher of scripts would run the worker's command again, and meet the run's lock. The first
    process writes into the run's folder; this one takes over what it says of the status. They end with this one, from
    their first line on (core.runs.worker, core.base.parent_death): the lock goes with it, and nobody may write without
    that.
    """
    from torch.multiprocessing.spawn import ProcessExitedException, ProcessRaisedException

    fabric = fabric_of(accelerator, devices, "spawn", bf16=bf16, worker=os.getpid())
    failures, over = get_context("spawn").SimpleQueue(), threading.Event()

    def follow() -> None:
        while not over.wait(HEAR):
            context.follow()

    watch = threading.Thread(target=follow, daemon=True)
    watch.start()
    os.environ[WORKER] = str(os.getpid())
    try:
        launch: Callable[..., dict[str, Any] | None] = fabric.launch
        result = launch(_process, str(context.folder), work, failures)
    except (ProcessRaisedException, ProcessExitedException) as error:
        raise ValueError("one of the processes was ended" if failures.empty() else failures.get()) from error
    finally:
        del os.environ[WORKER]
        over.set()
        watch.join()
        context.follow()
    if result is None:
        raise Stopped
    return result


def _process(fabric: "Fabric", folder: str, work: Work, failures: Any) -> dict[str, Any] | None:
    """The work of one process; None if it was stopped."""
    full_precision()
    context, over = Context(Path(folder)), threading.Event()
    context.follow()
    threading.Thread(target=pass_on, args=(context, over), daemon=True).start()
    result: dict[str, Any] | None = None
    try:
        with suppress(Stopped):
            result = work(fabric, context)
    except Exception as error:  # the boundary of a process: what follows from it in the others is of no interest
        failures.put(sentence(error, Path(folder)))
        context.log(traceback.format_exc())
        raise
    finally:
        over.set()
    atexit.register(os._exit, 0)  # all is written: taking the interpreter apart would keep the stop waiting for seconds
    return result
