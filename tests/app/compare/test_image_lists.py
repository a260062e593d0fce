"""The label of a test image is that of the class of its name, whatever the order of the data."""

import io
from pathlib import Path

import numpy as np
from streamlit.testing.v1 import AppTest

from core.data import own as own_data


def page() -> None:
    from types import SimpleNamespace

    import streamlit as st

    from app.compare.image_lists import _stored
    from app.ui.state import kept
    from core.catalog import load_classifier

    pair = SimpleNamespace(models={"before": load_classifier("mnist_cnn:standard")})
    labels = {data: kept("truths", {}).get(_stored(2, f"own:{data}", pair)) for data in ("turned", "others")}
    image = _stored(2, "own:turned", pair)
    st.text(str((kept("truths", {})[image][0], labels["others"])))


def test_the_label_follows_the_name(home: Path) -> None:
    for place, name in enumerate(("turned", "others")):
        classes = [f"digit {9 - number}" if place == 0 else "abcdefghij"[number] for number in range(10)]
        parts = {
            f"{split}_{what}": values
            for split in ("train", "test")
            for what, values in (("images", np.full((10, 28, 28), 9 * place, np.uint8)), ("labels", np.arange(10)))
        }
        out = io.BytesIO()
        np.savez(out, **parts, classes=np.array(classes))
        own_data.install(out, name)
    app = AppTest.from_function(page, default_timeout=60).run()
    assert not app.exception
    assert app.text[0].value == "(7, None)"
