"""Uploads: kept by content, found by id, whole or not there."""

import hashlib
import io
import threading
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.images.samples import sample, stored_picture
from core.images.uploads import keep_upload


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("COUNTERPROOF_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def png(seed: int = 0) -> bytes:
    out = io.BytesIO()
    Image.fromarray(np.random.default_rng(seed).integers(0, 256, (20, 30, 3), dtype=np.uint8)).save(out, "PNG")
    return out.getvalue()


def test_an_upload_comes_back_as_it_was(home: Path) -> None:
    raw = png()
    found = keep_upload(raw, "../my <b>cat</b>.png")
    assert found == f"upload/{hashlib.sha256(raw).hexdigest()[:16]}"
    back = stored_picture(found)
    assert np.array_equal(back.pixels, np.asarray(Image.open(io.BytesIO(raw))))
    assert back.name == "b_.png"
    assert keep_upload(raw, "../my <b>cat</b>.png") == found
    assert sorted(path.suffix for path in (home / "uploads").iterdir()) == [".image", ".json"]
    assert sample(found) is None


def test_what_is_no_picture_is_not_kept(home: Path) -> None:
    with pytest.raises(ValueError, match="text"):
        keep_upload(b"<svg/>", "x.png")
    assert not home.exists()


def test_an_upload_that_went_missing_or_was_changed(home: Path) -> None:
    with pytest.raises(ValueError, match="no longer here"):
        stored_picture("upload/0123456789abcdef")
    found = keep_upload(png(), "x.png")
    path = home / "uploads" / f"{found.partition('/')[2]}.image"
    path.write_bytes(png(1))
    with pytest.raises(ValueError, match="changed on disk"):
        stored_picture(found)
    path.write_bytes(png())
    path.with_suffix(".json").write_text("[not json")
    assert stored_picture(found).name == "picture"


def test_a_folder_that_cannot_be_written(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home.mkdir()
    (home / "uploads").write_text("a file where the folder should be")
    with pytest.raises(OSError, match="could not be stored"):
        keep_upload(png(), "x.png")


def test_a_full_disk_leaves_nothing_behind(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(self: Path, *_: object) -> object:
        class Full:
            def __enter__(self) -> "Full":
                return self

            def __exit__(self, *_: object) -> None:
                return None

            def write(self, _: bytes) -> int:
                raise OSError(28, "No space left on device")

        return Full()

    monkeypatch.setattr(Path, "open", full)
    with pytest.raises(OSError, match="could not be stored in .*No space left on device"):
        keep_upload(png(), "x.png")
    assert list((home / "uploads").iterdir()) == []


def test_many_uploads_at_once() -> None:
    found: list[str] = []
    threads = [threading.Thread(target=lambda k=k: found.append(keep_upload(png(k % 2), "x.png"))) for k in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 12
    assert len(set(found)) == 2
    for image_id in set(found):
        stored_picture(image_id)
