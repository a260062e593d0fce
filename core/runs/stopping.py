"""How a run is asked to stop: by a file in its folder, and by its end where nobody hears that."""

import threading
from typing import TYPE_CHECKING

from core.base.run_folder import STOP
from core.runs import elsewhere, trail
from core.runs.files import write_json
from core.runs.launch_file import read_launch
from core.runs.status import How, stop_asked

if TYPE_CHECKING:
    from core.runs.run import Run


def stop(run: "Run", how: How) -> None:
    """Ask the worker of `run` to save and end, or to end now; one that does not hear that is ended soon."""
    status = run.status
    if status.alive and stop_asked(run.folder) != "now":
        trail.stop_asked(run.folder, how)  # before the worker can hear of it, and write that it has ended
        write_json(run.folder / STOP, {"how": how})
    if not status.alive or how == "now":  # its worker was killed and they go on, or it may not live to tell them
        for part in run.parts_at_work:
            part.stop(how)
    if not status.alive:
        return
    if read_launch(run.folder) is not None:
        threading.Thread(target=elsewhere.end, args=(run.folder, how)).start()
    elif how == "now":
        threading.Thread(target=run.end, args=(run.folder, status.attempt)).start()
