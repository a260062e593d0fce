"""Decoding happens in a process that ends: when it is asked to, when time or memory is up, when its parent goes."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.base.cancellation import Cancelled, CancelScope
from core.base.paths import ROOT
from core.images import decoder_pool
from core.images.decode import decode
from core.images.decoder import Decoder
from core.images.decoder_process import SIZES
from core.images.jpeg_scans import MOST_SCANS, scans
from tests.core.images.made import COLOUR, PNG, encoded

LARGE = encoded(Image.new("RGB", (7000, 5500)), "PNG")  # about a second of work


def waiting() -> Decoder:
    """A decoder that waits, which the next picture goes to."""
    decode(PNG, "x.png")
    return decoder_pool._pool.idle[-1]


def while_busy(decoder: Decoder, act: object) -> threading.Thread:
    """Do something as soon as the decoder has a picture to work on."""

    def watch() -> None:
        until = time.monotonic() + 20
        while decoder in decoder_pool._pool.idle and time.monotonic() < until:
            time.sleep(0.001)
        time.sleep(0.05)
        assert callable(act)
        act()

    thread = threading.Thread(target=watch)
    thread.start()
    return thread


@pytest.mark.parametrize(("number", "words"), [
    (signal.SIGPROF, "more than 20 seconds"), (signal.SIGALRM, "more than 20 seconds"),
    (signal.SIGSEGV, "ended its decoder"), (signal.SIGKILL, "ended its decoder"),
])  # fmt: skip
def test_a_picture_that_ends_the_decoder_is_a_sentence(number: signal.Signals, words: str) -> None:
    decoder = waiting()
    thread = while_busy(decoder, lambda: os.kill(decoder.process.pid, number))
    with pytest.raises(ValueError, match=words) as caught:
        decode(LARGE, "x.png")
    thread.join()
    assert str(caught.value).startswith("x.png ")
    assert np.array_equal(decode(PNG, "x.png")[0], COLOUR)  # by another


def test_one_that_has_gone_while_it_waited_is_no_fault_of_the_next_picture() -> None:
    decoder = waiting()
    decoder.process.kill()
    decoder.process.wait()
    assert np.array_equal(decode(PNG, "x.png")[0], COLOUR)
    assert not decoder.alive


def test_a_stop_ends_it_at_once() -> None:
    decoder, scope = waiting(), CancelScope()
    with scope:
        thread = while_busy(decoder, scope.stop)
        with pytest.raises(Cancelled):
            decode(LARGE, "x.png")
    thread.join()
    assert not decoder.alive


def test_interrupting_the_shell_does_not_end_it() -> None:
    """Ctrl-C goes to every process of a terminal; whoever asks for pictures decides what it means."""
    decoder = waiting()
    os.kill(decoder.process.pid, signal.SIGINT)
    time.sleep(0.1)
    assert waiting() is decoder


@pytest.mark.parametrize(("clock", "number"), [("ITIMER_PROF", signal.SIGPROF), ("ITIMER_REAL", signal.SIGALRM)])
def test_it_ends_itself_when_its_time_is_up(clock: str, number: signal.Signals) -> None:
    """Of work, and by the clock; one of them is kept from running out here."""
    start = (
        "import signal; from core.images import decoder_process as process; process.PATIENCE = 0.05; "
        "real = signal.setitimer; "
        f"signal.setitimer = lambda which, seconds: real(which, seconds if which == signal.{clock} else 0); "
        "process.main()"
    )
    text = b'{"want": "pixels", "name": "x"}'
    done = subprocess.run(
        [sys.executable, "-c", start], input=SIZES.pack(len(text), len(LARGE)) + text + LARGE, cwd=ROOT,
        capture_output=True, env=os.environ | {"PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert done.returncode == -number


def test_a_refused_picture_does_not_cost_a_process() -> None:
    decoder = waiting()
    with pytest.raises(ValueError, match="damaged"):
        decode(PNG[:100], "x.png")
    assert waiting() is decoder


def test_many_threads_share_a_few() -> None:
    found: list[bool] = []
    threads = [
        threading.Thread(target=lambda: found.extend(np.array_equal(decode(PNG, "x")[0], COLOUR) for _ in range(20)))
        for _ in range(10)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [True] * 200
    assert len(decoder_pool._pool.idle) <= decoder_pool.AT_ONCE


@pytest.mark.skipif(not Path("/proc/self/limits").exists(), reason="the system does not show limits")
def test_its_memory_is_bounded_and_it_knows_no_torch() -> None:
    place = Path(f"/proc/{waiting().process.pid}")
    limits = next(line for line in (place / "limits").read_text().splitlines() if line.startswith("Max address space"))
    assert limits.split()[3] == "3000000000"
    assert "libtorch" not in (place / "maps").read_text()


STARTED = """
import os, signal, sys
from core.images.decode import decode
from core.images.decoder_pool import _pool
decode(open(sys.argv[1], "rb").read(), "x")
print(_pool.idle[0].process.pid, flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_it_goes_with_the_one_that_started_it(tmp_path: Path) -> None:
    """Also where that is killed."""
    (tmp_path / "x.png").write_bytes(PNG)
    command = [sys.executable, "-c", STARTED, str(tmp_path / "x.png")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, env=os.environ | {"PYTHONPATH": str(ROOT)})
    assert done.returncode == -signal.SIGKILL
    process = Path(f"/proc/{int(done.stdout)}/stat")
    until = time.monotonic() + 10
    while process.exists() and process.read_text().split()[2] != "Z" and time.monotonic() < until:
        time.sleep(0.02)
    assert not process.exists() or process.read_text().split()[2] == "Z"


def test_a_forked_process_has_decoders_of_its_own() -> None:
    decoder = waiting()
    child = os.fork()
    if not child:
        os._exit(int(bool(decoder_pool._pool.idle)))
    assert os.waitpid(child, 0)[1] == 0
    assert waiting() is decoder


# --- scans


def test_scans_of_ordinary_pictures() -> None:
    image = Image.fromarray(COLOUR)
    assert scans(encoded(image, "JPEG")) == 1
    assert 5 < scans(encoded(image, "JPEG", progressive=True)) < 15
    preview = encoded(image, "JPEG", exif=b"Exif\0\0" + b"\xff\xda" * 500)  # these lie in a segment
    assert scans(preview) == 1


def test_a_picture_of_very_many_scans_is_refused_quickly() -> None:
    raw = encoded(Image.fromarray(COLOUR), "JPEG", progressive=True)
    last = raw.rindex(b"\xff\xda")
    begun = time.process_time()
    with pytest.raises(ValueError, match=f"more than {MOST_SCANS} scans"):
        decode(raw[:-2] + raw[last:-2] * 1000 + raw[-2:], "x.jpg")
    assert time.process_time() - begun < 1
