"""The list of own data on a page of its own: what is there, what cannot be read, and deleting."""

import io
from pathlib import Path

import numpy as np
from streamlit.testing.v1 import AppTest

from core.data import own as own_data
from tests.core.data.made import arrays, npz


def page() -> None:
    from app.refine.own_data import own_data

    own_data((3, 32, 32))


def said(app: AppTest) -> str:
    assert not app.exception
    return " ".join(str(each.value) for kind in ("markdown", "caption", "error") for each in app.get(kind))


def test_listed_with_numbers_and_deleted(home: Path) -> None:
    own_data.install(io.BytesIO(npz(arrays(classes=np.array(["a", "b", "c"])))), "scans")
    own_data.install(io.BytesIO(npz(arrays((8, 8, 3)))), "more")
    (own_data.folder() / "torn.npz").write_bytes(b"PK")
    (home / "data" / "laid.npz").write_bytes(npz(arrays()))
    app = AppTest.from_function(page).run()
    text = said(app)
    assert "**scans**: 12 train and 7 test images, 28 x 28 grey, 3 classes, 0.0 MB on disk" in text
    assert "8 x 8 colour" in text
    assert "cannot be read" in text
    assert "delete the file there" in text
    keys = [button.key for button in app.button if button.label == "Delete for good"]
    assert keys == ["delete-data:more", "delete-data:scans", "delete-data:torn"]
    app.button(key="delete-data:scans").click().run()
    assert "**scans**" not in said(app)
    assert own_data.names() == ("laid", "more", "torn")


def test_nothing_there_and_the_dialog_opens(home: Path) -> None:
    app = AppTest.from_function(page).run()
    assert [button.label for button in app.button] == ["Add data of your own"]
    app.button[0].click().run()
    assert "with one folder of pictures per class" in said(app)
    assert app.button(key="add-own-data").disabled
    assert app.selectbox[0].options[0] == "what the model takes, 32 × 32 colour"
