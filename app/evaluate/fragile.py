"""The images that fall first, as thumbnails; a click opens one of them on Inspect under the attack that took it."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from app.nav import page
from app.study.case_link import begin_there
from app.ui import components
from app.ui.cached_pictures import test_images, test_thumbnail
from app.ui.markdown import plain
from app.ui.state import drop, force
from app.ui.trouble import show_trouble
from app.ui.widgets import segments
from core.data.by_name import data_names
from core.images.picture import to_png
from core.images.uploads import keep_upload
from core.robustness.request import Evaluation
from core.robustness.words import strength_word


def show_fragile(told: Mapping[str, Any], asked: Evaluation, names: Mapping[str, str]) -> None:
    """The most fragile images of one of the models, those that fall to the weakest strength first."""
    methods = asked.methods()
    if not methods or asked.split != "test":
        return
    st.subheader("Most fragile images", help="Answered right as they are, and wrong at the weakest strength; of those "
                 "alike, the ones the model was less sure of come first.")  # fmt: skip
    options = {str(place): names.get(name, name) for place, name in enumerate(asked.classifiers)}
    which = int(segments("evaluate.fragile", "Of", options, "0", hidden=len(options) == 1)) if len(options) > 1 else 0
    try:
        images = test_images(asked.data)
    except (ValueError, OSError) as error:
        show_trouble(error, "cpu", "The images are not here any more.")
        return
    strengths = asked.strengths_of(methods[0])
    entries = [each for each in told["models"][which].get("fragile", []) if each["fell"] < len(strengths)]
    if not entries:
        st.caption("None of the images fell.")
        return
    tiles = []
    for each in entries:
        label = images.classes[images.labels[each["place"]]]
        at = strength_word(strengths[each["fell"]], methods[0].norm)
        tiles.append({"id": str(each["place"]), "label": f"{label}, test image {each['place']}: falls at {at}",
                      "src": test_thumbnail(asked.data, each["place"])})  # fmt: skip
    picked = components.gallery(tiles, "", key=f"fragile-{which}")
    st.caption("A click opens Inspect with this picture and this model.")
    if picked:
        _inspect(asked, asked.classifiers[which], int(picked), plain(data_names().get(asked.data, asked.data), 60))


def _inspect(asked: Evaluation, model: str, place: int, data: str) -> None:
    images = test_images(asked.data)
    title = f"{data} test image {place} ({images.classes[int(images.labels[place])]}).png"
    image = keep_upload(to_png(images.images[place].float() / 255), title)
    drop("set")
    for name, value in (("image", image), ("model", model), ("attack", asked.methods()[0].key)):
        force(name, value)
    begin_there()
    st.switch_page(page("inspect"))
