"""The worker of a run in parts: has each part made, watches them, and brings their rows together.

It needs little: nothing numerical is loaded before all parts are there. What it knows lies in the parts' folders, so
one that was killed and goes on finds parts that have completed, and those that were going all the while.
"""

import time

from core.base.run_folder import METRICS, RESULT
from core.runs.context import Context, Stopped
from core.runs.files import read_part, settled
from core.runs.parts import merge
from core.runs.parts.crew import Crew
from core.runs.parts.folders import CALLED, part_folders
from core.runs.rows import LARGEST
from core.runs.status import How

EVERY = 0.5  # seconds between two looks
EACH = 0.02  # seconds for each part at work, where that is more: their files lie on shared storage
SHARE = 0.9  # of the progress: what follows the parts is the rest
LEAVE = 60.0  # seconds that other parts have to save after one has failed


def coordinate(context: Context) -> None:
    """Have all parts made and take over their rows; Stopped once they have stopped, ValueError where one cannot be.

    Where the run has rows already that was done before.
    """
    if context.saved >= 0:
        return
    crew = Crew(context)
    context.progress(0.0, "Parts are being started")
    try:
        while not crew.all_made:
            if how := context.stop_asked():
                _stop(context, crew, how)
            crew.look()
            context.progress(SHARE * crew.progress, crew.said)
            settled(lambda: bool(context.stop_asked()), max(EVERY, crew.at_once * EACH))
    except (ValueError, OSError):  # one part has ended twice, or nothing can be written: the others keep what they have
        crew.stop("save")
        settled(lambda: not crew.going, LEAVE)
        raise
    _take_over(context)


def _stop(context: Context, crew: Crew, how: How) -> None:
    """Stop the parts as was asked, wait until they have, and say so by Stopped; 'now' is not waited for."""
    crew.stop(how)
    while how != "now" and crew.going:
        context.progress(SHARE * crew.progress, f"{crew.going} parts save what they have")
        if context.stop_asked() == "now":
            crew.stop("now")
            break
        time.sleep(EVERY)
    raise Stopped


def _take_over(context: Context) -> None:
    """Make the rows of the parts those of the run, as one checkpoint: then it goes on like an undivided one."""
    folders = part_folders(context.folder)
    results = {number: read_part(folder / RESULT, CALLED) for number, folder in folders.items()}
    for note in merge.check(results):
        context.note(note)
    each, last = results[0]["each"], merge.steps_of(results[len(results) - 1]).stop - 1
    if not each or last < 0:  # what they made are no rows
        return
    size = sum((folder / METRICS).stat().st_size for folder in folders.values() if (folder / METRICS).exists())
    if size > LARGEST:
        most = f"more than the {LARGEST // 10**6} MB that can be summed up"
        raise ValueError(f"the rows of all parts are {size // 10**6:,} MB, {most}: ask for fewer images in one run")
    merge.merge(context.folder, folders, last)
    context.update(step=last)
    with context.checkpoint(last):
        pass
