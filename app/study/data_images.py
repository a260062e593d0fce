"""Test images of a data set as thumbnails; a click opens one of them on Inspect, with what belongs to it set."""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

import streamlit as st

from app.nav import page
from app.study.case_link import begin_there
from app.ui import components
from app.ui.cached_pictures import test_images, test_thumbnail
from app.ui.state import drop, force
from app.ui.trouble import show_trouble
from core.data.by_name import data_names
from core.images.picture import to_png
from core.images.uploads import keep_upload

NO_CAPTIONS: Mapping[int, str] = MappingProxyType({})


def show_data_images(
    places: Sequence[int], data: str, put: Callable[[], None], key: str, captions: Mapping[int, str] = NO_CAPTIONS
) -> bool:
    """Thumbnails of the test images at these places of the data; whether any are shown.

    put: makes what belongs to the picture, such as the model, the settings of Inspect. captions: place -> a word or a
    number below the picture.
    """
    if not places:
        st.caption("None.")
        return False
    try:
        images = test_images(data)
        tiles = [
            {"id": str(place), "label": f"{images.classes[images.labels[place]]}, test image {place}",
             "src": test_thumbnail(data, place)} | ({"caption": captions[place]} if place in captions else {})
            for place in places
        ]  # fmt: skip
    except (ValueError, OSError, IndexError) as error:
        show_trouble(error, "cpu", "The images are not here any more.")
        return False
    if picked := components.gallery(tiles, "", key=f"images-{key}"):
        _inspect(data, int(picked), put)
    return True


def _inspect(data: str, place: int, put: Callable[[], None]) -> None:
    images = test_images(data)
    label = images.classes[int(images.labels[place])]
    title = f"{data_names().get(data, data)} test image {place} ({label}).png"
    drop("set")
    force("image", keep_upload(to_png(images.images[place].float() / 255), title))
    put()
    begin_there()
    st.switch_page(page("inspect"))
