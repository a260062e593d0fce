"""A name is held by one at a time, whatever process it is in, and leaves nothing behind."""

import multiprocessing
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from core.base.held import held


def hold(lock: Path, said: Connection) -> None:
    with held(lock, "taken"):
        said.send("held")
        said.recv()


def test_another_process_is_refused_until_the_first_ends_even_killed(tmp_path: Path) -> None:
    lock = tmp_path / "new" / ".x.lock"
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=hold, args=(lock, there))
    process.start()
    there.close()  # else a child that dies at its start would be waited for without end
    assert here.recv() == "held"
    with pytest.raises(ValueError, match="^taken$"), held(lock, "taken"):
        pass
    assert lock.exists()
    process.kill()
    process.join()
    with held(lock, "taken"), pytest.raises(ValueError, match="^taken$"), held(lock, "taken"):
        pass
    assert not lock.exists()
    with held(lock, "taken"):
        pass


def test_what_fails_inside_lets_go_of_it(tmp_path: Path) -> None:
    with pytest.raises(KeyError), held(tmp_path / ".x.lock", "taken"):
        raise KeyError
    with held(tmp_path / ".x.lock", "taken"):
        pass
    assert not [*tmp_path.iterdir()]


def test_a_folder_that_is_none_is_told_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OSError, match="a lock could not be stored in .*[^.]$"), held(tmp_path / "file/x", "taken"):
        pass
