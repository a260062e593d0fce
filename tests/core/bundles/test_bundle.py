"""A bundle: it reads back the same, and leaves alone what is not its own."""

import json
from pathlib import Path

import pytest
import torch

from core.bundles import read, write
from core.study.study import Study


def test_a_bundle_reads_back_the_same(study: Study, tmp_path: Path) -> None:
    write.save(study, tmp_path)
    names = {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*.png")}
    assert {"original.png", "attacked.png", "maps/lime_difference.png"} <= names
    back = read.load(tmp_path)
    assert back.case == study.case
    assert back.complete
    assert back.rows == study.rows
    assert back.attacked is not None
    assert study.attacked is not None
    assert torch.equal(back.attacked.image, study.attacked.image)
    assert back.attacked.facts() == study.attacked.facts()
    manifest = read.read_manifest(tmp_path / "manifest.json")
    assert torch.equal(read.read_original(tmp_path / "manifest.json", manifest), study.original)
    (tmp_path / "original.png").write_bytes((tmp_path / "attacked.png").read_bytes())
    with pytest.raises(ValueError, match="not the picture"):
        read.read_original(tmp_path / "manifest.json", manifest)


def test_an_earlier_case_leaves_nothing_in_the_folder_that_is_not_its_own(study: Study, tmp_path: Path) -> None:
    folder, outside = tmp_path / "case", tmp_path / "mine.png"
    write.save(study, folder)
    outside.write_bytes(b"x")
    (folder / "notes.txt").write_text("mine")
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["files"]["../mine.png"] = "0"  # as someone else's manifest may say
    (folder / "manifest.json").write_text(json.dumps(manifest))
    study.maps = {key: maps for key, maps in study.maps.items() if key != "lime"}
    write.save(study, folder)
    assert not list(folder.glob("maps/lime*"))
    assert list(folder.glob("maps/grad_cam_pp*"))
    assert (folder / "notes.txt").is_file()
    assert outside.is_file()


def test_a_place_that_takes_no_files_is_told_before_anything_is_computed(tmp_path: Path) -> None:
    write.ready(tmp_path / "new" / "case")
    assert not list((tmp_path / "new" / "case").iterdir())
    (tmp_path / "file").write_text("x")
    with pytest.raises(OSError, match="is a file; name a folder"):
        write.ready(tmp_path / "file")
    with pytest.raises(OSError, match="could not be stored"):
        write.ready(Path("/proc/none"))


@pytest.mark.parametrize("text", ["", "{}", "[1]", '{"case": 3}', '{"case": {"attack": {"method": "pgd"}}}', "\ud800"])
def test_a_wrong_manifest_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "manifest.json"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    with pytest.raises(ValueError, match=r"manifest|case"):
        read.read_manifest(path)
