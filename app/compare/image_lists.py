"""The images gained and lost between two models: lists to click, the next one, the way to Inspect."""

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from app.compare.links import inspect
from app.compare.models import ModelPair
from app.compare.picture import show_here
from app.ui import components
from app.ui.cached_pictures import test_images, test_thumbnail
from app.ui.state import keep, kept
from app.ui.widgets import segments
from core.compare.comparison import Pair
from core.compare.number_words import short
from core.data.by_name import data_names, known_data
from core.data.class_join import join_classes
from core.images.picture import to_png
from core.images.uploads import keep_upload

SHOWN = 60  # thumbnails
NEXT = {
    "gained": "A test image that only the model after refinement gets right, at the strength chosen in the list below.",
    "lost": "A test image that only the model before refinement gets right, at the strength chosen in the list below.",
}


def show_lists(seen: Mapping[str, Any], pair: Pair, two: ModelPair, data: str) -> None:
    """The images gained and lost at one strength, as thumbnails to click."""
    eps: Sequence[float] = seen["strengths"]
    st.subheader("Gained and lost", help="Gained: images that the model before refinement gets wrong under its attack, "
                 "and the model after it gets right under its own. Lost: the other way round.")  # fmt: skip
    left, right = st.columns([1.5, 1], gap="large")
    with left:
        options = {str(place): "no attack" if not value else short(value, pair.attack.norm)
                   for place, value in enumerate(eps)}  # fmt: skip
        where = int(segments("compare.at", "At strength", options, str(eps.index(pair.attack.bound))))
    with right:
        goes = segments("compare.click", "A click on a picture", {"here": "shows it here", "inspect": "opens Inspect"},
                        "here")  # fmt: skip
    for column, name in zip(st.columns(2, gap="large"), ("gained", "lost"), strict=True):
        places: list[int] = seen[name][where]
        with column:
            st.markdown(f"**{name.capitalize()}: {len(places):,} of {seen['count']:,}**")
            if not places:
                st.caption("None.")
                continue
            images = test_images(data)
            tiles = [
                {"id": str(place), "label": f"{images.classes[images.labels[place]]}, test image {place}",
                 "src": test_thumbnail(data, place)}
                for place in places[:SHOWN]
                if place < len(images)  # they may have been replaced by fewer
            ]  # fmt: skip
            picked = components.gallery(tiles, str(kept(f"picked {name}", "")), key=f"list-{name}-{where}")
            if len(places) > SHOWN:
                st.caption(f"The first {SHOWN} are shown; the buttons under the gallery go through all.")
            if picked:
                keep(f"picked {name}", int(picked))
                if goes == "inspect":
                    inspect(pair, "before" if name == "gained" else "after", _stored(int(picked), data, two))
                st.toast("The picture is shown at the top of this page.")
                show_here(_stored(int(picked), data, two))
    keep("lists", (two.names, data, known_data(data), {name: seen[name][where] for name in ("gained", "lost")}))


def next_buttons(two: ModelPair) -> None:
    """Under the gallery: the next image gained and the next one lost, once a run has found some for these models."""
    names, data, known, lists = kept("lists", ({}, "", {}, {}))
    if names != two.names or not any(lists.values()) or known != known_data(data):
        return
    for name, places in lists.items():
        last = kept(f"picked {name}", -1)
        place = (places.index(last) + 1) % len(places) if last in places else 0
        pressed = st.button(f"Next {name} ({len(places):,})", key=f"next-{name}", width="stretch",
                                disabled=not places, help=NEXT[name])  # fmt: skip
        if pressed:
            keep(f"picked {name}", places[place])
            show_here(_stored(places[place], data, two))


def _stored(place: int, data: str, two: ModelPair) -> str:
    """The id of a test image, now among the pictures of this machine; its class is noted, as these models name it."""
    images = test_images(data)
    label = int(images.labels[place])
    title = f"{data_names()[data]} test image {place} ({images.classes[label]}).png"
    image = keep_upload(to_png(images.images[place].float() / 255), title)
    labels = two.models["before"].labels
    if places := join_classes(images.classes, labels).places:
        keep("truths", kept("truths", {}) | {image: (places[label], labels)})
    return image
