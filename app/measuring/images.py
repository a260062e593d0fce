"""Images of a measurement as thumbnails; a click opens one of them on Inspect, with the model and the attack."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

import streamlit as st

from app.nav import page
from app.study.case_link import begin_there
from app.ui import components
from app.ui.cached_pictures import test_images, test_thumbnail
from app.ui.markdown import plain
from app.ui.method_form import put
from app.ui.state import drop, force
from app.ui.trouble import show_trouble
from core.base.params import to_spec
from core.contracts.attack import Attack
from core.data.by_name import data_names
from core.images.picture import to_png
from core.images.uploads import keep_upload

NO_NOTES: Mapping[int, str] = MappingProxyType({})


def show_images(
    places: Sequence[int],
    data: str,
    split: str,
    model: str,
    attack: Attack,
    key: str,
    notes: Mapping[int, str] = NO_NOTES,
) -> None:
    """Thumbnails of the images at these places in a split of the data. notes: place -> what is added to its label."""
    if not places:
        st.caption("None.")
        return
    if split != "test":
        st.caption(f"Images {', '.join(map(str, places[:20]))} of the training images.")
        return
    try:
        images = test_images(data)
        tiles = [
            {"id": str(place), "label": f"{images.classes[images.labels[place]]}, test image {place}"
             + (f": {notes[place]}" if place in notes else ""), "src": test_thumbnail(data, place)}
            for place in places
        ]  # fmt: skip
    except (ValueError, OSError, IndexError) as error:
        show_trouble(error, "cpu", "The images are not here any more.")
        return
    picked = components.gallery(tiles, "", key=f"images-{key}")
    st.caption(f"A click opens Inspect with this picture, this model and {plain(attack.named, 60)}.")
    if picked:
        _inspect(data, model, attack, int(picked))


def _inspect(data: str, model: str, attack: Attack, place: int) -> None:
    images = test_images(data)
    label = images.classes[int(images.labels[place])]
    title = f"{data_names().get(data, data)} test image {place} ({label}).png"
    drop("set")
    force("image", keep_upload(to_png(images.images[place].float() / 255), title))
    force("model", model)
    force("attack", attack.key)
    put(type(attack), attack.key, {name: value for name, value in to_spec(attack).items() if name != "method"})
    begin_there()
    st.switch_page(page("inspect"))
