"""Ctrl-C while a program loads, and after."""

import os
import signal
import subprocess
import sys

import pytest

from core.base.interruption import INTERRUPTED
from core.base.paths import ROOT

LOADING = "from core.base.interruption import end_at_once, raise_again; end_at_once(); {}; print('on', flush=True); {}"
WAITING = "import time; time.sleep(30)"
SWALLOWING = "exec('try:\\n import time; time.sleep(30)\\nexcept BaseException: pass')"


def heard() -> None:
    """A program in the background of a shell ignores Ctrl-C, and so would what it starts."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


def interrupted(code: str) -> tuple[int, str]:
    """The exit code and what a program says that is interrupted once it has printed something."""
    given = [sys.executable, "-c", code]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    with subprocess.Popen(given, cwd=ROOT, preexec_fn=heard, **pipes) as program:  # type: ignore[call-overload]
        assert program.stdout is not None
        assert program.stdout.readline() == "on\n"
        os.kill(program.pid, signal.SIGINT)
        _, said = program.communicate(timeout=20)
        return program.returncode, said


@pytest.mark.parametrize("doing", [WAITING, SWALLOWING])
def test_an_interrupt_while_loading_is_one_word_and_is_not_swallowed(doing: str) -> None:
    assert interrupted(LOADING.format("pass", doing)) == (INTERRUPTED, "counterproof: interrupted\n")


def test_once_all_is_loaded_it_is_raised_again() -> None:
    assert "KeyboardInterrupt" in interrupted(LOADING.format("raise_again()", WAITING))[1]


def test_where_it_is_ignored_it_stays_so() -> None:
    code = "import signal; signal.signal(signal.SIGINT, signal.SIG_IGN); " + LOADING.format("pass", WAITING)
    assert interrupted(code.replace("30", "0.5")) == (0, "")


def test_the_command_is_ready_for_it_before_anything_large_is_loaded() -> None:
    code = (
        "import sys, core.cli.__main__; "
        "print(sorted({'argparse', 'torch', 'numpy', 'core.cli.parser'} & set(sys.modules)))"
    )
    out = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert out.stdout == "[]\n"
