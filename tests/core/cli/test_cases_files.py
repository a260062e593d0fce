"""`counterproof cases export` and `import`: the three forms, and the same numbers in another installation."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
import torch

from core.base.paths import ROOT
from core.casebook.answers import ExpertAnswer, add_answer
from core.casebook.casebook import Casebook
from core.cli.parser import main
from core.images.samples import stored_picture
from tests.core.casebook.saver import small_study


@pytest.fixture
def uid(home: Path) -> str:
    return Casebook.usual().save(small_study(), title="First", source="batch").uid


def test_each_form_is_written_and_no_other(uid: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name, begins in (("a.zip", b"PK"), ("a.html", b"<!doctype html>"), ("a.PDF", b"%PDF-")):
        assert main(["cases", "export", uid, "--out", str(tmp_path / name)]) == 0
        assert (tmp_path / name).read_bytes().startswith(begins)
    assert "1 case written to" in capsys.readouterr().out
    for name, said in (("a.zip", "is there already"), ("a.docx", "to end in .zip, .html, .pdf"), ("none/a.zip", "no")):
        assert main(["cases", "export", uid, "--out", str(tmp_path / name)]) == 2
        assert said in capsys.readouterr().err
    assert main(["cases", "export", "0" * 16, "--out", str(tmp_path / "b.zip")]) == 2
    assert sorted(path.name for path in tmp_path.glob("*.*")) == ["a.PDF", "a.html", "a.zip"]


def test_import_says_what_came_in_and_what_did_not(
    uid: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    good, bad = tmp_path / "good.zip", tmp_path / "bad.zip"
    main(["cases", "export", uid, "--out", str(good)])
    bad.write_bytes(b"nothing")
    monkeypatch.setenv("COUNTERPROOF_HOME", str(tmp_path / "other"))
    capsys.readouterr()
    assert main(["cases", "import", str(good)]) == 0
    assert f"good.zip: 1 case was imported.\n  {uid}  First\n" in capsys.readouterr().out
    assert main(["cases", "import", str(bad), str(good), str(tmp_path / "none.zip")]) == 2
    said = capsys.readouterr().out
    assert "bad.zip was refused: " in said
    assert "1 case was here already." in said
    assert "none.zip was refused: " in said
    assert Casebook.usual().count() == 1


def elsewhere(home: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """A command of another installation, in a process of its own."""
    environment = os.environ | {"COUNTERPROOF_HOME": str(home), "PYTHONPATH": str(ROOT)}
    return subprocess.run([sys.executable, "-m", "core.cli.parser", *words], cwd=ROOT, env=environment, text=True,
                          capture_output=True, check=False)  # fmt: skip


def test_an_upload_recomputes_to_the_same_numbers_in_another_installation(home: Path, tmp_path: Path) -> None:
    """The picture is none of the gallery and its upload is not there: what travels with the case is enough."""
    from core.attacks.pgd import PGD
    from core.catalog import load_classifier
    from core.explainers.grad_cam_pp import GradCAMPP
    from core.explainers.lime import Lime
    from core.images.picture import fit
    from core.images.uploads import keep_upload
    from core.study.case import Case
    from core.study.investigation import investigate
    from core.study.study import begin

    torch.set_num_threads(1)
    name = "mnist_cnn:standard"
    model, raw = load_classifier(name), (ROOT / "assets" / "samples" / "mnist" / "0003.png").read_bytes()
    image = keep_upload(raw + b"mine", "patient <7>.png")
    picture = stored_picture(image)
    study = begin(Case(image, name, PGD(eps=60 / 255, steps=3), (GradCAMPP(), Lime(samples=50)), controls=1), model,
                  fit(picture, model), picture.sha256)  # fmt: skip
    list(investigate(study, model))
    book = Casebook.usual()
    uid = book.save(study, title="Of an upload", note="n", source="inspect").uid
    add_answer(book, ExpertAnswer(uid, "Dr. E", "open", 28, 28, "agree"))
    out, other = tmp_path / "cases.zip", tmp_path / "other"
    assert main(["cases", "export", uid, "--out", str(out)]) == 0
    came = elsewhere(other, "cases", "import", str(out))
    assert (came.returncode, came.stderr) == (0, "")
    assert not (other / "uploads").exists()
    again = elsewhere(other, "study", str(other / "casebook" / "cases" / uid / "manifest.json"))
    assert again.returncode == 0, again.stdout + again.stderr
    assert "largest difference now: 0\n" in again.stdout
    assert again.stdout.endswith("The same numbers.\n")
    shown = elsewhere(other, "cases", "show", uid).stdout
    assert "Dr. E: agree" in shown
    assert book.get(uid).image_name in shown
    with zipfile.ZipFile(out) as archive:
        archive.extractall(tmp_path / "by hand")
    assert elsewhere(other, "study", str(tmp_path / "by hand" / uid / "manifest.json")).returncode == 0
