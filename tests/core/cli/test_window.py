"""`counterproof attack` of a picture with more levels than a screen: window and frame, and the same pixels again."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from core.catalog import load_classifier
from core.cli.parser import main
from core.images.picture import fit, from_png
from core.images.samples import stored_picture
from tests.core.images.made_dicom import dicom

pytestmark = pytest.mark.usefixtures("home")
STACK = np.random.default_rng(0).integers(-1000, 1000, (3, 28, 28)).astype(np.int16)
SHORT = ["--model", "mnist_cnn:standard", "--set", "pgd.steps=2"]


def test_the_bundle_holds_the_windowed_pixels_and_study_finds_them_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, out = tmp_path / "Doe_Jane.dcm", tmp_path / "case"
    file.write_bytes(dicom(STACK, RescaleSlope=1, RescaleIntercept=-24, WindowCenter=40, WindowWidth=400))
    given = ["--window", "-160", "240", "--frame", "3", "--out", str(out)]
    assert main(["attack", str(file), *SHORT, *given]) in (0, 1)
    manifest = json.loads((out / "manifest.json").read_text())
    image = manifest["case"]["image"]
    assert image.startswith("upload/")
    assert image.endswith("@frame3@-160:240")
    original = from_png((out / "original.png").read_bytes())
    expected = ((STACK[2] - 24.0 + 160) / 400).clip(0, 1)
    assert np.abs(original[0].numpy() - expected).max() <= 0.51 / 255
    assert torch.equal(original, fit(stored_picture(image), load_classifier("mnist_cnn:standard")))
    assert main(["study", str(out / "manifest.json")]) == 0
    assert "The same numbers." in capsys.readouterr().out
    whole = b"".join(path.read_bytes() for path in out.rglob("*") if path.is_file())
    assert b"Doe" not in whole
    assert main(["attack", image, *SHORT]) in (0, 1), "by its name alone"
    assert main(["attack", image.partition("@")[0], *SHORT, "--frame", "1"]) in (0, 1)


@pytest.mark.parametrize(("given", "words"), [
    (["--window", "240", "-160"], "a lower to a higher level"), (["--frame", "4"], "no frame 4"),
    (["--frame", "0"], "a frame from 1 up"), (["--window", "nan", "1"], "a lower to a higher"),
])  # fmt: skip
def test_what_cannot_be(tmp_path: Path, given: list[str], words: str, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "a.dcm"
    file.write_bytes(dicom(STACK))
    assert main(["attack", str(file), *SHORT, *given]) == 2
    assert words in capsys.readouterr().err


def test_a_gallery_picture_has_none(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["attack", "mnist/0003", *SHORT, "--window", "0", "9"]) == 2
    assert "no picture of that name" in capsys.readouterr().err
