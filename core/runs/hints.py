"""What engines say of the jobs of runs, asked now and then and never waited for: a page looks every two seconds."""

import threading
import time
from dataclasses import replace
from pathlib import Path

from core.contracts.launcher import JobState
from core.runs.launch_file import Launch
from core.runs.launchers import from_json

KEPT = 8.0  # seconds for which an answer is good
OUTAGE = 600.0  # seconds for which the last answer of an engine that cannot be asked holds, or none is needed
WAIT = 3.0  # seconds that the first answer is waited for

_answers: dict[tuple[str, str], tuple[float, JobState]] = {}
_asking: dict[tuple[str, str], threading.Thread] = {}
_last: dict[tuple[str, str], tuple[float, JobState]] = {}  # what it said itself; else since when it says nothing
_guard = threading.Lock()


def hint(folder: Path, launch: Launch, wait: float = WAIT) -> JobState:
    """What the engine last said of the run's job; the first time, after `forget`, it waits `wait` seconds.

    Where it cannot be asked, that a job waited holds for ten minutes; then it counts as if it knew nothing of the job.
    """
    key, until = (str(folder), launch.token), time.monotonic() + wait
    while True:
        with _guard:
            when, known = _answers.get(key, (0.0, None))
            if known is not None and time.monotonic() - when < KEPT:
                return known
            thread = _asking.get(key)
            if thread is None or not thread.is_alive():
                thread = _asking[key] = threading.Thread(target=_ask, args=(key, folder, launch), daemon=True)
                thread.start()
        if known is not None:
            return known
        thread.join(max(0.0, until - time.monotonic()))
        with _guard:
            known = _answers.get(key, (0.0, None))[1]
        if known is not None or time.monotonic() >= until:
            return known or JobState("unknown", "the engine has not answered yet", asked=False)


def forget(folder: Path) -> None:
    """Ask anew the next time; what is being asked now does not count any more."""
    with _guard:
        for key in {*_answers, *_asking, *_last}:
            if key[0] == str(folder):
                for known in (_answers, _asking, _last):
                    known.pop(key, None)


def _ask(key: tuple[str, str], folder: Path, launch: Launch) -> None:
    try:
        said = from_json(launch.on).state(folder, launch.job)
    except ValueError as error:  # a launcher that is not installed here, or of another version
        said = JobState("unknown", str(error))
    except Exception as error:  # noqa: BLE001  the boundary to a launcher of somebody else: nobody waits for this thread
        said = JobState("unknown", f"the engine could not be asked: {error}"[:300], asked=False)
    with _guard:
        if _asking.get(key) is threading.current_thread():
            now = time.monotonic()
            if said.asked:
                _last[key] = now, said
            since, before = _last.setdefault(key, (now, said))
            _answers[key] = now, said if said.asked else _meanwhile(before, said, now - since)


def _meanwhile(before: JobState, said: JobState, since: float) -> JobState:
    """What counts while an engine cannot be asked: that a job waited or had ended; of others no more than was said.

    >>> silent = JobState("unknown", "it does not answer", asked=False)
    >>> [_meanwhile(JobState("waiting", "it is full"), silent, seconds) for seconds in (60.0, 601.0)]
    [JobState(kind='waiting', reason='it is full; it does not answer'), JobState(kind='unknown', ...)]
    >>> _meanwhile(JobState("running"), silent, 60.0).asked, _meanwhile(silent, silent, 601.0).asked
    (False, True)
    """
    if since > OUTAGE:
        return replace(said, asked=True)
    if before.kind not in ("waiting", "ended"):
        return said
    return replace(before, reason="; ".join(filter(None, (before.reason, said.reason))))
