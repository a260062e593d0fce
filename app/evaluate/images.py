"""Images of an evaluation as thumbnails; a click opens one of them on Inspect, with the model and the attack."""

from collections.abc import Sequence
from functools import partial

import streamlit as st

from app.study.data_images import show_data_images
from app.ui.method_form import put
from app.ui.state import force
from core.base.params import to_spec
from core.contracts.attack import Attack
from core.robustness.request import Evaluation


def show_images(places: Sequence[int], asked: Evaluation, model: str, attack: Attack, key: str) -> None:
    """Thumbnails of the images at these places in the data."""
    if places and asked.split != "test":
        st.caption(f"Images {', '.join(map(str, places[:20]))} of the training images.")
    elif show_data_images(places, asked.data, partial(_put, model, attack), key):
        st.caption("A click opens Inspect with this picture, this model and this attack.")


def _put(model: str, attack: Attack) -> None:
    force("model", model)
    force("attack", attack.key)
    put(type(attack), attack.key, {name: value for name, value in to_spec(attack).items() if name != "method"})
