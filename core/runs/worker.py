"""`python -m core.runs.worker FOLDER` does the work of a run, wherever it is started.

If it dies its lock goes with it, and core.runs.status tells that the run is lost; it can be resumed.
"""

from core.base.interruption import end_at_once

if __name__ == "__main__":  # before anything that takes time: Ctrl-C shows no traceback
    end_at_once()

import argparse
import faulthandler
import os
import platform
import signal
import sys
import threading
import traceback
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from core.base import cores
from core.base.parent_death import WORKER, tie
from core.base.run_folder import RESULT, STOP
from core.distributed import torchrun
from core.runs import joined
from core.runs.context import RESERVE, Context, Stopped
from core.runs.course import begin, finish, interrupt
from core.runs.failure_words import sentence
from core.runs.files import write_json
from core.runs.listening import listen
from core.runs.parts.coordinator import coordinate
from core.runs.queue import alone
from core.runs.spec import known_spec, read_spec
from core.runs.submission import lock_of, submission
from core.runs.tasks import TASKS, Task


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one folder's task as this process's only business; returns the exit code: 0 for completed or stopped."""
    parser = argparse.ArgumentParser("python -m core.runs.worker", description="Do the work of a run.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--lock", type=int, help="an inherited descriptor that holds the run's lock")
    parser.add_argument("--launch", default="", help="the submission to an engine that this worker belongs to")
    given = parser.parse_args(arguments)
    folder = given.folder.absolute()
    cap(known_spec(folder).get("threads", 0))
    faulthandler.enable()  # a crash in compiled code leaves its trace in the log
    for number in (signal.SIGTERM, signal.SIGINT):  # a machine that goes down, Ctrl-C: stop and save
        signal.signal(number, lambda *_: write_json(folder / STOP, {"how": "save"}))
    if torchrun.started():
        tie(os.getppid())
    try:
        if torchrun.rank():
            return joined.attend(folder, TASKS)
        with submission(folder, given.launch):
            return work(folder, lock=given.lock)
    except (ValueError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 2


def cap(threads: int) -> None:
    """Leave a core to others, and let threads that wait sleep: set before any numerical library is loaded."""
    os.environ |= {"OMP_NUM_THREADS": str(threads or cores.usual()), "OMP_WAIT_POLICY": "PASSIVE"}


def work(folder: Path, tasks: Mapping[str, Task] = TASKS, lock: int | None = None) -> int:
    """Do what the spec in `folder` says, and leave the outcome there; 0 if completed or stopped, 1 if failed.

    ValueError if another worker has the run, OSError if nothing can be written: then there is nowhere else to say so.
    """
    try:
        context, lock = _open(folder, lock)
    except OSError as error:
        raise OSError(f"the run in {folder} cannot be written: {error.strerror or error}") from error
    ended = threading.Event()
    threading.Thread(target=listen, args=(context, ended), daemon=True).start()
    try:
        with alone(folder, lambda: _wait(context)):
            begin(context)
            joined.forget(folder)
            task = _task(read_spec(folder), tasks)
            if context.share.divided > 1:
                coordinate(context)
            result = task(context, context.spec.get("arguments", {}))
            write_json(folder / RESULT, result)
            finish(context, "completed", progress=1.0)
    except Stopped:
        if said := joined.failure(folder):  # torchrun stops the others where one has failed
            finish(context, "failed", said)
        else:
            interrupt(context, f"Stopped after step {context.saved + 1}." if context.saved >= 0 else "Stopped.")
    except BaseException as error:  # noqa: BLE001  the boundary: the user gets a sentence, the log the traceback
        context.reserve.unlink(missing_ok=True)
        with suppress(OSError):  # on a full disk the reserve made room; on a lost one the sentence still has to go out
            context.log(traceback.format_exc()[-RESERVE // 2 :])
        finish(context, "failed", joined.failure(folder) or sentence(error, folder))
    finally:
        ended.set()
        os.close(lock)
    return 1 if context.status.state == "failed" else 0


def _open(folder: Path, lock: int | None) -> tuple[Context, int]:
    """The context of a run, and its lock, which is ours from here on."""
    if lock is None:  # started by hand or by another engine
        lock = lock_of(folder)
    os.set_inheritable(lock, False)  # children made by fork hold it too, programs they start do not
    context = Context(folder)
    if not context.update(state="queued", pid=os.getpid(), host=platform.node()):
        os.close(lock)
        raise ValueError(f"the run in {folder} has {context.status.state}; resume it to go on")
    return context, lock


def _task(spec: Mapping[str, Any], tasks: Mapping[str, Task]) -> Task:
    if (name := spec["task"]) not in tasks:
        raise ValueError(f"expected a task among {', '.join(sorted(tasks))}, got {name!r}")
    return tasks[name]


def _wait(context: Context) -> None:
    if context.stop_asked():
        raise Stopped
    if not context.status.said:
        context.update(said=f"Waiting until {context.device} is free.")


if __name__ == "__main__":
    sys.exit(main())
elif __name__ == "__mp_main__" and WORKER in os.environ:  # in a process that the worker spawned, before anything else
    tie(int(os.environ[WORKER]))
