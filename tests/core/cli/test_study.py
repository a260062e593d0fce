"""`counterproof study` and `--out`: exit codes and sentences, from the shell's side."""

import json
from pathlib import Path

import pytest
import torch

from core.cli.parser import main
from core.images.samples import sample


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("made")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COUNTERPROOF_HOME", str(place / "home"))
        assert main([*CASE, "--out", str(place / "case")]) in (0, 1)
    return place / "case"


CASE = ["explain", "mnist/0003", "--model", "mnist_cnn:standard", "--set", "pgd.steps=2", "--maps", "grad_cam_pp",
        "--controls", "1"]  # fmt: skip


@pytest.fixture
def case(made: Path, home: Path, tmp_path: Path) -> Path:
    for path in [*made.glob("*.*"), *made.glob("maps/*")]:
        (target := tmp_path / "case" / path.relative_to(made)).parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(path.read_bytes())
    return tmp_path / "case"


def test_the_same_numbers_are_0_others_1_and_a_damaged_manifest_2(
    case: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch, "set_num_threads", lambda _: None)
    path = case / "manifest.json"
    assert main(["study", str(path)]) == 0
    assert capsys.readouterr().out.endswith("The same numbers.\n")
    manifest = json.loads(path.read_text())
    for row in manifest["rows"]:
        row["value"] = 0.123
    path.write_text(json.dumps(manifest))
    assert main(["study", str(path)]) == 1
    assert "0.123 in the manifest" in capsys.readouterr().out
    del manifest["noise_answers"]
    path.write_text(json.dumps(manifest))
    assert main(["study", str(path)]) == 2
    assert "counterproof: manifest.json lacks noise_answers\n" in capsys.readouterr().err
    assert main(["study", str(case)]) == 2
    assert "is a folder" in capsys.readouterr().err
    assert main(["study", str(case / "none.json")]) == 2


def test_study_does_not_write_over_what_it_reads(case: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = {path: path.read_bytes() for path in case.rglob("*.*")}
    assert main(["study", str(case / "manifest.json"), "--out", str(case)]) == 2
    assert "is what is being read" in capsys.readouterr().err
    assert {path: path.read_bytes() for path in case.rglob("*.*")} == before


def test_a_picture_is_not_written_over(home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = sample("mnist/0003")
    assert found is not None
    mine = tmp_path / "mine" / "original.png"
    mine.parent.mkdir()
    mine.write_bytes(raw := found.path.read_bytes())
    (tmp_path / "link").symlink_to(mine.parent)
    for out in (mine.parent, tmp_path / "link", mine):
        assert main(["attack", str(mine), "--model", "mnist_cnn:standard", "--out", str(out)]) == 2
        assert "name a" in capsys.readouterr().err
    assert [path.read_bytes() for path in mine.parent.iterdir()] == [raw]
    assert main(["attack", str(mine.parent), "--model", "mnist_cnn:standard"]) == 2
    assert "is a folder; name a picture in it" in capsys.readouterr().err


@pytest.mark.parametrize("given", ["--out=", "--out= ", "--out=~nobody-of-that-name/x"])
def test_a_folder_without_a_name_is_refused(given: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main([*CASE, given])
    assert ended.value.code == 2
    assert "folder" in capsys.readouterr().err


def test_the_home_folder_is_put_in_full(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "me"))
    monkeypatch.chdir(tmp_path)
    main(["attack", "mnist/0003", "--model", "mnist_cnn:standard", "--attack", "fgsm", "--out=~/case"])
    assert (tmp_path / "me" / "case" / "manifest.json").is_file()
    assert not (tmp_path / "~").exists()
