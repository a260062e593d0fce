"""Images of a measurement as thumbnails; a click opens one of them on Inspect, with the model and the attack."""

from collections.abc import Mapping, Sequence
from functools import partial

import streamlit as st

from app.study.data_images import NO_CAPTIONS, show_data_images
from app.ui.markdown import plain
from app.ui.method_form import put
from app.ui.state import force
from core.base.params import to_spec
from core.contracts.attack import Attack


def show_images(
    places: Sequence[int],
    data: str,
    split: str,
    model: str,
    attack: Attack,
    key: str,
    notes: Mapping[int, str] = NO_CAPTIONS,
) -> None:
    """Thumbnails of the images at these places in a split of the data. notes: place -> what stands below it."""
    if places and split != "test":
        st.caption(f"Images {', '.join(map(str, places[:20]))} of the training images.")
    elif show_data_images(places, data, partial(_put, model, attack), key, notes):
        st.caption(f"A click opens Inspect with this picture, this model and {plain(attack.named, 60)}.")


def _put(model: str, attack: Attack) -> None:
    force("model", model)
    force("attack", attack.key)
    put(type(attack), attack.key, {name: value for name, value in to_spec(attack).items() if name != "method"})
