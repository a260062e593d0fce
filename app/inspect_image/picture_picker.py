"""Choosing a picture: from the gallery, or uploaded."""

import streamlit as st

from app.inspect_image.chosen_picture import kind_of, take
from app.inspect_image.own_pictures import show_refused, upload, uploaded_tiles
from app.inspect_image.view_controls import choose_view
from app.ui import components
from app.ui.cached_pictures import gallery_tiles
from app.ui.markdown import plain
from app.ui.state import drop, keep, kept, setting
from app.ui.story_words import marks
from app.ui.takes import show_takes
from app.ui.widgets import segments
from core.contracts.classifier import Classifier
from core.images.picture import Picture, fit_notes
from core.images.samples import index_of, sample
from core.images.stories import FIRST_GALLERY, MODELS, first_picture
from core.images.uploads import without_view
from core.study.prediction import Prediction
from core.study.words import percent

SETS = {
    "photographs": "Photographs", "cifar10": "Small pictures", "cifar100": "100 kinds", "mnist": "Digits",
    "upload": "Your own",
}  # fmt: skip


def choose_image() -> str:
    """Draw the gallery or the upload and return the id of the chosen picture."""
    image = setting("image", "")
    kind, last = kind_of(image), kept("picture", "")
    if kind != kind_of(last) if last else setting("set", "") != "upload":  # chosen on another page, or by the link
        drop("set")
    shown = segments("set", "Pictures from", SETS, kind if kind in SETS else FIRST_GALLERY, hidden=True)
    turned = kept("tab", shown) != shown
    keep("tab", shown)
    keep("picture", image)
    if turned and shown in MODELS and shown != kind:
        take(first_picture(shown))
        st.rerun()
    if shown == "upload":
        upload()
        tiles = uploaded_tiles()
    else:
        tiles = gallery_tiles(shown)
    if tiles:
        picked = components.gallery(tiles, without_view(image), "gallery", marks(shown))
        if picked and picked != without_view(image):
            take(picked)
            st.rerun()
    if shown == "upload":
        choose_view(image)
        show_refused()
    return image


def introduce(image: str, picture: Picture, model: Classifier, before: Prediction) -> None:
    """What the picture is, what the model says of it, what was done to fit it, and whom to credit."""
    shipped = sample(image)
    what = f"A picture labelled ‘{plain(shipped.label)}’" if shipped else plain(picture.name)
    answer = f"{plain(model.labels[before.top])}**, {percent(before[before.top])}"
    st.markdown(f"**{what}**. The model says **{answer}.")
    notes = (*picture.notes, *fit_notes(picture, model), shipped.credit if shipped else "")
    if text := " ".join(plain(each, 200) for each in notes if each):
        st.caption(text)
    show_takes(model, deep=bool(picture.scale.span))
    if not shipped:
        st.caption(f"This model knows {len(model.labels):,} classes and must choose one of them, whatever the picture "
                   "shows.")  # fmt: skip


def label(image: str, model: Classifier) -> str | None:
    """What the picture is labelled, if the model has that very class."""
    shipped = sample(image)
    index = index_of(shipped, model.labels, model.samples) if shipped else None
    return None if index is None else model.labels[index]
