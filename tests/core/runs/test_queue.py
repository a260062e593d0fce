"""One run a device at a time, in the order they came; none is held up by one that died."""

import os
import signal
from itertools import pairwise

import pytest

from core.runs.store import Store
from tests.core.runs.doubles import Forks, ended, running, until


def test_one_run_per_device_and_the_first_queued_goes_first(store: Store, forks: Forks) -> None:
    first = store.submit("walk", {"steps": 5000})
    running(first)
    queued = [store.submit("walk", {"steps": 20}) for _ in range(6)]
    elsewhere = store.submit("walk", {"steps": 20}, device="cuda:0")
    both = store.submit("walk", {"steps": 20}, device="cuda:0,cuda:1")
    assert ended(elsewhere) == "completed"
    assert ended(both) == "completed"
    assert both.status.started >= elsewhere.status.ended  # type: ignore[operator]
    until(lambda: all(run.status.said for run in queued))
    assert {(run.status.state, run.status.said) for run in queued} == {("queued", "Waiting until cpu is free.")}
    os.kill(forks.pids[0], signal.SIGKILL)  # whatever happens to the first, the next one starts
    os.kill(forks.pids[3], signal.SIGKILL)  # and one that dies in the queue holds up nobody
    assert {ended(run) for run in [*queued[:2], *queued[3:]]} == {"completed"}
    assert first.status.state == queued[2].status.state == "lost"
    times = [(run.status.started, run.status.ended) for run in queued if run.status.state == "completed"]
    for (_, done), (begun, _) in pairwise(times):
        assert begun >= done  # type: ignore[operator]


def test_a_queued_run_stops_and_resumes(store: Store) -> None:
    first = store.submit("walk", {"steps": 5000})
    running(first)
    second = store.submit("walk", {"steps": 20})
    second.stop("save")
    assert ended(second, 3) == "stopped"
    assert second.metrics == []
    second.resume()
    first.stop("save")
    assert ended(second) == "completed"


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"state": "queued", "notes": null}', '{"state": "queued", "queued": "x"}']
)
def test_a_damaged_status_keeps_no_other_run_from_its_device(store: Store, text: str) -> None:
    broken = store.root / "20000101-000000-00000000"
    broken.mkdir(parents=True)
    (broken / "status.json").write_text(text)
    run = store.submit("walk", {"steps": 3})
    assert ended(run) == "completed"
    assert store.run(broken.name).status.state == "unreadable"
