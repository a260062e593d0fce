"""`counterproof data`: what it lists."""

import io
from pathlib import Path

import numpy as np
import pytest

from core.cli import data as data_listing
from core.cli.parser import main
from core.data import own as own_data
from tests.core.data.made import arrays, npz, put


def test_on_the_command_line(home: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    own_data.install(io.BytesIO(npz(arrays(classes=np.array(["a", "b", "c"])))), "scans")
    (own_data.folder() / "torn.npz").write_bytes(b"PK")
    assert main(["data"]) == 0
    said = capsys.readouterr().out
    assert "12 train and 7 test images, 28 x 28 grey, 3 classes; on this machine" in said
    assert "cannot be read: torn.npz is neither an .npz file nor a .zip file that can be read" in said
    assert [line for line in said.splitlines() if line.startswith("cifar100") and "fetched on first use" in line]
    assert main(["data", "own:scans"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[-3].split() == ["a", "4", "3"]
    assert main(["data", put(tmp_path / "some.npz", arrays())]) == 0
    assert "12 train, 5 val and 7 test images" in capsys.readouterr().out
    assert main(["data", "nowhere"]) == 2
    assert "there is no data set, file or folder 'nowhere'" in capsys.readouterr().err
    assert data_listing.description("svhn").endswith("--fetch.")
