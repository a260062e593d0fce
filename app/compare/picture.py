"""Choosing the picture of a comparison, and what is known of it."""

import streamlit as st

from app.ui import components
from app.ui.cached_pictures import gallery_tiles
from app.ui.link_notes import replaced
from app.ui.markdown import plain
from app.ui.state import kept, linked, remember, setting
from app.ui.story_words import marks
from app.ui.takes import show_takes
from core.contracts.classifier import Classifier
from core.images.samples import TITLES, index_of, sample
from core.images.stories import first_to_compare


def choose_picture(model: Classifier) -> str:
    """The gallery that fits the models; a picture chosen on Inspect stays, unless it belongs to other models."""
    image = _current(model)
    name = model.samples or image.partition("/")[0]
    if name not in TITLES:
        name = "cifar10"
    picked = components.gallery(gallery_tiles(name), image, f"compare-gallery-{name}", marks(name))
    if picked and picked != image:
        remember("image", picked)
        st.rerun()
    st.caption("A picture chosen on Inspect is used here too: bring your own there.")
    show_takes(model, deep=image.startswith("upload/"), who="the model before refinement")
    return image


def _current(model: Classifier) -> str:
    image: str = setting("image", "")
    fits = not model.samples or image.partition("/")[0] not in (set(TITLES) - {model.samples})
    if image and fits:
        return image
    first = first_to_compare(model.samples if model.samples in TITLES else "cifar10")
    if linked("image"):
        replaced("image", "Picture", first)
        remember("image", first)
    return first


def truth(image: str, model: Classifier) -> int | None:
    """The class of the picture, where it is known: of the gallery that fits, or a test image shown here."""
    shipped = sample(image)
    if shipped is not None:
        return index_of(shipped, model.labels, model.samples)
    label, labels = kept("truths", {}).get(image, (None, ()))
    return label if labels == model.labels else None


def show_here(image: str) -> None:
    """Make this the picture that is compared."""
    remember("image", image)
    st.rerun()


def describe(image: str, name: str, model: Classifier) -> str:
    """One line on what the picture is."""
    label = truth(image, model)
    if sample(image) is None:  # a test image has its class in its name
        return f"**{plain(name.rpartition('.')[0] or name)}**" + ("." if label is not None else ", without a label.")
    words = "without a label that these models know" if label is None else f"labelled ‘{plain(model.labels[label])}’"
    return f"**A picture of the gallery**, {words}."
