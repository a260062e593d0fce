"""What stands in a file's place is refused at once."""

import os
from pathlib import Path

import pytest

from core.untrusted.foreign_json import read_object
from core.untrusted.regular_files import open_regular, read_regular


def test_a_pipe_a_folder_a_device_and_a_link_to_itself_are_no_files(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "folder").mkdir()
    (tmp_path / "device").symlink_to("/dev/zero")
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    for name in ("pipe", "folder", "device", "loop", "nothing"):
        with pytest.raises(OSError, match="."):
            open_regular(tmp_path / name)
        with pytest.raises(OSError, match="."):
            read_object(tmp_path / name)
    assert not [each for each in Path("/proc/self/fd").iterdir() if each.resolve() == Path("/dev/zero")]


def test_a_file_is_read_to_its_bound_and_a_byte_more(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(bytes(100))
    assert len(read_regular(tmp_path / "a", 10)) == 11
    assert len(read_regular(tmp_path / "a", 1000)) == 100
