"""Signs of life: counted by their change, whatever the clocks say, and none of a submission that is over."""

import os
import time
from pathlib import Path

import pytest

from core.base.run_folder import HEARTBEAT, STOP
from core.runs import heartbeat
from core.runs.files import held, write_json
from core.runs.heartbeat import beat, pulse
from core.runs.launch_file import Launch, read_launch, worker_command, write_launch
from core.runs.status import stop_asked, to_go_on
from core.runs.submission import AGAIN, lock_of, submission

ON = {"method": "local"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_launch(tmp_path, Launch(ON, token="ours", job="7"))
    return tmp_path


def sign(folder: Path, count: int, when: float, token: str = "ours") -> None:
    write_json(folder / HEARTBEAT, {"token": token, "count": count, "pid": 1, "host": "n1", "time": when})


@pytest.mark.parametrize("skew", [0.0, 3600.0, -3600.0])
def test_a_sign_that_changes_is_one_of_life_whatever_the_clocks(folder: Path, skew: float) -> None:
    sign(folder, 1, time.time() + skew)
    first = pulse(folder, "ours")
    assert first.silent == pytest.approx(abs(skew), abs=1)
    assert first.watched == pytest.approx(0, abs=1)
    time.sleep(0.05)
    again = pulse(folder, "ours")
    assert again.silent is not None
    assert first.silent is not None
    assert again.silent >= first.silent + 0.05, "it has not changed"
    sign(folder, 2, time.time() + skew)
    changed = pulse(folder, "ours")
    assert changed.silent == pytest.approx(0, abs=0.05)
    assert changed.host == "n1"


def test_what_is_no_sign_of_this_submission(folder: Path) -> None:
    assert pulse(folder, "ours").silent is None
    sign(folder, 1, time.time(), token="another")
    assert pulse(folder, "ours").silent is None
    (folder / HEARTBEAT).write_text("{")
    assert pulse(folder, "ours").silent is None


def test_a_worker_beats_until_the_run_is_somebody_elses(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(heartbeat, "EVERY", 0.01)
    with submission(folder, "ours"):
        first = pulse(folder, "ours")
        assert first.silent is not None
        time.sleep(0.2)
        assert '"count": 0' not in (folder / HEARTBEAT).read_text()
    assert not (folder / HEARTBEAT).exists()
    write_launch(folder, Launch(ON, token="theirs"))
    assert not beat(folder, "ours", 3)
    with pytest.raises(ValueError, match="has been handed to somebody else"), submission(folder, "ours"):
        pytest.fail("two must not work on a run")


def test_a_folder_that_the_machine_does_not_see_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="does not see .*: runs must lie on storage that all machines share"):
        submission(tmp_path / "gone", "ours").__enter__()
    with pytest.raises(OSError, match="its launch file in .* cannot be read"):
        worker_command(tmp_path)


def test_a_stop_that_came_while_it_waited_is_kept_and_the_engines_is_not(folder: Path) -> None:
    write_json(folder / STOP, {"how": "save"})
    os.close(lock_of(folder))
    with submission(folder, "ours"):
        assert stop_asked(folder) == "save"
    write_json(folder / STOP, AGAIN)
    assert to_go_on(folder)
    with submission(folder, "ours"):
        assert stop_asked(folder) is None


def test_where_files_cannot_be_locked_the_heartbeat_does(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_locks(*_: object) -> int:
        raise OSError(37, "No locks available")

    monkeypatch.setattr("core.runs.submission.take", no_locks)
    os.close(lock_of(folder))
    assert not held(folder / "lock")
    (folder / "launch.json").unlink()
    with pytest.raises(OSError, match="No locks available"):
        lock_of(folder)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"on": 3, "token": "x"}', '{"on": {}, "token": 3}',
                                  '{"on": {}, "token": "x", "needs": {"gpus": -1}}',
                                  '{"on": {}, "token": "x", "needs": {"odd": 1}}'])  # fmt: skip
def test_a_launch_file_that_cannot_be_is_none(tmp_path: Path, text: str) -> None:
    (tmp_path / "launch.json").write_text(text)
    assert read_launch(tmp_path) is None
