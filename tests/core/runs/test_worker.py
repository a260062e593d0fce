"""The worker: what it says of a failure, and the cores it takes."""

import errno
import os
import subprocess
import sys

import pytest

from core.base.paths import ROOT
from core.runs.store import Store
from core.runs.worker import cap
from tests.core.runs.doubles import ended, until


def test_failed_says_a_sentence_and_logs_the_traceback(store: Store) -> None:
    run = store.submit("broken", {})
    assert ended(run) == "failed"
    assert run.status.said == "ZeroDivisionError: a sum over nothing (the log has the details)"
    assert 'raise ZeroDivisionError("a sum over' in run.log()
    run.resume()
    until(lambda: run.status.attempt == 2 and run.status.state == "failed")


@pytest.mark.parametrize(
    ("number", "said"),
    [(errno.ENOSPC, "is full. Free some space"), (errno.EROFS, "somewhere cannot be used: Read-only"), (errno.EIO, "")],
)
def test_errors_of_the_disk_are_sentences(store: Store, number: int, said: str) -> None:
    run = store.submit("broken", {"errno": number})
    assert ended(run) == "failed"
    assert said in run.status.said
    assert "Traceback" not in run.status.said


def test_an_unknown_task_is_named(store: Store) -> None:
    run = store.submit("os.system", {})
    assert ended(run) == "failed"
    assert run.status.said == "expected a task among broken, deaf, preparing, walk, got 'os.system'"


def test_a_run_leaves_a_core_and_its_threads_sleep_when_they_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "99")
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(6)))
    cap(0)
    assert (os.environ["OMP_NUM_THREADS"], os.environ["OMP_WAIT_POLICY"]) == ("5", "PASSIVE")
    code = "from core.runs.worker import cap; cap(1); import torch; print(torch.get_num_threads())"
    out = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "1"
