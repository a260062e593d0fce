"""Nothing is left behind, however the process that has workers ends."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from core.base.paths import ROOT
from tests.core.workers.conftest import until

PROGRAM = """
import sys, threading, time
from core.workers.pool import Pool
from core.workers.shared import shared
from tests.core.workers import doing
pool = shared()
parts = [pool.parts(doing.deaf if each else doing.until_stopped, ()) for each in range(2)]
numbers = [next(each) for each in parts]
idle = pool.ask(doing.number, ())
print(*numbers, idle, pool.starter._nursery.pid, flush=True)
time.sleep(300)
"""


def left(numbers: list[int]) -> list[int]:
    return [number for number in numbers if Path(f"/proc/{number}").exists()]


def heard() -> None:
    """Ctrl-C is heard also where these tests run in the background of a shell, which has it ignored."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@pytest.mark.skipif(sys.platform != "linux", reason="workers are not forked on this system")
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT], ids=["killed", "interrupted"])
def test_workers_end_with_the_one_that_asks(how: signal.Signals, home: Path) -> None:
    program = [sys.executable, "-c", PROGRAM]
    environment = os.environ | {"COUNTERPROOF_WORKERS": "3"}
    pipe = subprocess.PIPE
    process = subprocess.Popen(program, cwd=ROOT, env=environment, stdout=pipe, stderr=pipe, text=True,
                               start_new_session=True, preexec_fn=heard)  # fmt: skip
    assert process.stdout is not None
    numbers = [int(each) for each in process.stdout.readline().split()]
    assert len(numbers) == 4
    os.killpg(process.pid, how) if how == signal.SIGINT else process.kill()  # Ctrl-C is heard by all of them
    said = process.communicate(timeout=60)[1]
    assert said.count("Traceback") == (how == signal.SIGINT), "of the program itself, of no worker"
    until(lambda: not left(numbers), 30)
