"""Your own data: kept, listed and deleted; what is damaged or badly named leaves nothing."""

import io
import random
from pathlib import Path

import numpy as np
import pytest

from core.data import own as own_data
from core.data.by_name import data_facts, data_names, load_data
from tests.core.data.made import arrays, npz, put, refusals


@pytest.mark.parametrize("packed", [True, False])
def test_damaged_files_are_read_or_refused(packed: bool, home: Path) -> None:
    source = random.Random(5)
    raw = npz(arrays((8, 8), classes=np.array(["a", "b", "c"])), packed=packed)
    assert len(refusals(raw, home / "laid.npz", source, 400)) > 100
    assert not list((home / "data" / "own").iterdir())


def test_own_data_are_kept_listed_and_deleted(home: Path) -> None:
    parts = arrays((28, 28, 3), classes=np.array(["a", "b", "c"]))
    key, notes = own_data.install(io.BytesIO(npz(parts)), "scans")
    assert (key, notes) == ("own:scans", ())
    assert data_names()["own:scans"] == "Own data, scans"
    found = load_data(key, "test")
    assert np.array_equal(found.images.permute(0, 2, 3, 1).numpy(), parts["test_images"])
    assert found.classes == ("a", "b", "c")
    facts = data_facts(key)
    assert facts is not None
    assert facts.counts == {"train": 12, "test": 7}
    assert facts.size == (3, 28, 28)
    assert [path.name for path in (home / "data" / "own").iterdir()] == ["scans.npz"]
    with pytest.raises(ValueError, match="already data called scans"):
        own_data.install(io.BytesIO(npz(parts)), "scans")
    own_data.remove("scans")
    assert "own:scans" not in data_names()
    with pytest.raises(ValueError, match="there are no"):
        own_data.remove("scans")


def test_files_laid_into_the_data_folder_are_own_data_but_not_deletable(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (home / "data").mkdir()
    put(home / "data" / "pathmnist.npz", arrays())
    put(home / "data" / "svhn.npz", arrays((32, 32, 3)))
    assert "own:pathmnist" in data_names()
    assert "own:svhn" not in data_names()  # it stands for the published one
    assert len(load_data("own:pathmnist", "train")) == 12
    assert load_data("svhn", "test").images.shape == (7, 3, 32, 32)
    elsewhere = home / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.setenv("COUNTERPROOF_DATA", str(elsewhere))
    put(elsewhere / "bloodmnist.npz", arrays(count=9))
    assert {"own:pathmnist", "own:bloodmnist"} <= set(data_names())
    assert len(load_data("own:bloodmnist", "train")) == 9
    assert not own_data.removable("pathmnist")
    with pytest.raises(ValueError, match="added here"):
        own_data.remove("pathmnist")
    assert (home / "data" / "pathmnist.npz").exists()


@pytest.mark.parametrize("name", ["", "../x", "a b", "-x", "x" * 41, "a/b", "ä", "x.npz"])
def test_bad_names(name: str, home: Path) -> None:
    with pytest.raises(ValueError, match="1 to 40 letters"):
        own_data.install(io.BytesIO(npz(arrays())), name)
    assert not (home / "data" / "own").exists()


def test_a_failed_write_leaves_nothing(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("core.data.formats.npz_write.write", full)
    with pytest.raises(OSError, match="x could not be stored in .*: No space left on device"):
        own_data.install(io.BytesIO(npz(arrays())), "x")
    assert not list((home / "data" / "own").iterdir())
