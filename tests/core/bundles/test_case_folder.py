"""A case is written where nothing else lies, never over an input, and whole or not at all."""

import json
import os
import signal
import time
from dataclasses import replace
from pathlib import Path

import pytest

from core.bundles import case_folder, read, write
from core.bundles.case_files import NEXT
from core.study.study import Study


def fewer(study: Study) -> Study:
    """The same with one explainer, so that pictures must go."""
    key = study.case.explainers[0]
    return replace(study, case=replace(study.case, explainers=(key,)), maps={key.key: study.maps[key.key]},
                   measured={key.key: study.measured[key.key]})  # fmt: skip


def contents(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("manifest", [
    {"name": "another tool", "files": ["notes.txt"]}, {"files": {"a": "0"}}, [], {"counterproof": 1, "files": {}},
    {"kind": "something", "counterproof": "0.1", "case_id": "", "case": {}, "classifier": {}, "files": {}},
])  # fmt: skip
def test_another_tools_folder_is_not_touched(tmp_path: Path, study: Study, manifest: object) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    (tmp_path / "manifest.json").write_text(json.dumps(manifest))
    before = contents(tmp_path)
    for writing in (lambda: write.ready(tmp_path), lambda: write.save(study, tmp_path)):
        with pytest.raises(ValueError, match="holds other files"):
            writing()
        assert contents(tmp_path) == before


@pytest.mark.parametrize("name", ["original.png", "photo.jpg", ".hidden", "maps/x.png", "manifest.json"])
def test_a_folder_with_any_other_file_is_not_written_to(tmp_path: Path, study: Study, name: str) -> None:
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_text("mine")
    with pytest.raises(ValueError, match="holds other files"):
        write.save(study, tmp_path)
    assert contents(tmp_path) == {name: b"mine"}


@pytest.mark.parametrize("name", ["attacked.png", "arrays.npz", "maps/lime_original.png"])
@pytest.mark.parametrize("kind", ["changed", "link", "folder"])
def test_what_is_not_as_it_was_written_is_not_overwritten(tmp_path: Path, study: Study, name: str, kind: str) -> None:
    folder, mine = tmp_path / "case", tmp_path / "mine"
    write.save(study, folder)
    mine.write_bytes((folder / name).read_bytes())
    (folder / name).unlink()
    if kind == "changed":
        (folder / name).write_bytes(b"mine")
    elif kind == "link":
        (folder / name).symlink_to(mine)
    else:
        (folder / name).mkdir()
    before = contents(tmp_path)
    with pytest.raises(ValueError, match="is not the file that was written there"):
        write.save(study, folder)
    assert contents(tmp_path) == before


def test_a_linked_folder_of_maps_is_not_written_through(tmp_path: Path, study: Study) -> None:
    folder, other = tmp_path / "case", tmp_path / "other"
    write.save(study, folder)
    (folder / "maps").rename(other)
    (folder / "maps").symlink_to(other)
    with pytest.raises(ValueError, match="maps in .* is not the file"):
        write.save(study, folder)


@pytest.mark.parametrize("how", ["itself", "symlink", "hard link"])
def test_an_input_is_never_written_over(tmp_path: Path, study: Study, how: str) -> None:
    folder, given = tmp_path / "case", tmp_path / "given.png"
    write.save(study, folder)
    if how == "itself":
        given = folder / "original.png"
    elif how == "symlink":
        given.symlink_to(folder / "original.png")
    else:
        os.link(folder / "original.png", given)
    for writing in (lambda: write.ready(folder, [given]), lambda: write.save(study, folder, inputs=[given])):
        with pytest.raises(ValueError, match="is what is being read"):
            writing()


def test_a_linked_folder_is_the_folder_it_leads_to(tmp_path: Path, study: Study) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    write.save(study, tmp_path / "link")
    write.save(fewer(study), tmp_path / "link")
    assert (tmp_path / "link").is_symlink()
    assert set(read.load(tmp_path / "real").maps) == {study.case.explainers[0].key}


def killed_at(point: int, folder: Path, study: Study) -> bool:
    """Save in another process that ends, as by kill -9, at the `point`th change; whether it came to that."""
    pid = os.fork()
    if pid == 0:
        left = point

        def count(real: object) -> object:
            def call(self: Path, *given: object, **named: object) -> object:
                nonlocal left
                left -= 1
                if left < 0:
                    os.kill(os.getpid(), signal.SIGKILL)
                return real(self, *given, **named)  # type: ignore[operator]

            return call

        for name in ("replace", "rename", "unlink", "mkdir", "rmdir"):
            setattr(Path, name, count(getattr(Path, name)))
        write.save(study, folder)
        os._exit(0)
    return os.waitpid(pid, 0)[1] != 0


def test_wherever_a_save_is_killed_a_whole_case_is_found(tmp_path: Path, study: Study) -> None:
    other = fewer(study)
    ids, keys, point = [study.case.id, other.case.id], [set(study.maps), set(other.maps)], 0
    folder = tmp_path / "case"
    write.save(study, folder)
    turn = True
    while killed_at(point, folder, other if turn else study):
        found = read.load(folder)
        assert (found.case.id, set(found.maps)) in list(zip(ids, keys, strict=True))
        point += 1
        turn = found.case.id == study.case.id
    assert point > 15
    write.save(other, folder)
    assert set(contents(folder)) == set(write.files(other))


def test_a_first_save_that_was_killed_does_not_stand_in_the_way(tmp_path: Path, study: Study) -> None:
    point = 0
    while killed_at(point, folder := tmp_path / str(point), study):
        write.save(study, folder)
        assert set(contents(folder)) == set(write.files(study))
        point += 3


def test_what_only_looks_like_a_save_on_its_way_is_left_alone(tmp_path: Path, study: Study) -> None:
    (tmp_path / NEXT).mkdir()
    (tmp_path / NEXT / "thesis.tex").write_text("mine")
    with pytest.raises(ValueError, match="move it away"):
        write.save(study, tmp_path)
    (tmp_path / NEXT).rename(tmp_path / case_folder.PART)
    with pytest.raises(ValueError, match="move it away"):
        write.save(study, tmp_path)
    assert (tmp_path / case_folder.PART / "thesis.tex").is_file()


@pytest.mark.slow
def test_forty_kills_at_any_moment(tmp_path: Path, study: Study) -> None:
    folder, other = tmp_path / "case", fewer(study)
    write.save(study, folder)
    for place in range(40):
        pid = os.fork()
        if pid == 0:
            while True:
                write.save(other, folder)
                write.save(study, folder)
        time.sleep(0.05 + 0.007 * place)
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        assert read.load(folder).case.id in (study.case.id, other.case.id)
