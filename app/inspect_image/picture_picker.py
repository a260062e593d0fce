"""Choosing a picture: from the gallery, or uploaded."""

import hashlib

import streamlit as st

from app.ui import components
from app.ui.cached import gallery_tiles, thumbnail
from app.ui.markdown import plain
from app.ui.state import drop, force, keep, kept, remember, setting, widget
from app.ui.widgets import segments
from core.contracts.classifier import Classifier
from core.images.decode import MOST_BYTES
from core.images.picture import Picture, fit_notes
from core.images.samples import index_of, sample
from core.images.uploads import keep_upload, uploads
from core.study.prediction import Prediction
from core.study.words import percent

FIRST = "cifar10/0000"
SETS = {"cifar10": "Small pictures", "mnist": "Digits", "photographs": "Photographs", "upload": "Your own"}
MODEL_OF_SET = {"cifar10": "cifar10_resnet20:standard", "mnist": "mnist_cnn:standard"}
PHOTO_MODEL = "imagenet_efficientnet_lite0"
KINDS = ["png", "jpg", "jpeg", "webp", "tif", "tiff", "bmp", "gif"]
LISTED = 40


def choose_image() -> str:
    """Draw the gallery or the upload and return the id of the chosen picture."""
    image = setting("image", FIRST)
    kind = image.partition("/")[0]
    shown = segments("set", "Pictures from", SETS, kind if kind in SETS else "cifar10", hidden=True)
    if shown == "upload":
        _upload()
        tiles = _uploaded()
    else:
        tiles = gallery_tiles(shown)
    if tiles:
        picked = components.gallery(tiles, image, key=f"gallery-{shown}")
        if picked and picked != image:
            take(picked)
            st.rerun()
    if shown == "upload":
        _refusals()
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
    if not shipped:
        st.caption(f"This model knows {len(model.labels):,} classes and must choose one of them, whatever the picture "
                   "shows.")  # fmt: skip


def label(image: str, model: Classifier) -> str | None:
    """What the picture is labelled, if the model has that very class."""
    shipped = sample(image)
    index = index_of(shipped, model.labels, model.samples) if shipped else None
    return None if index is None else model.labels[index]


def take(image: str) -> None:
    """Make `image` the chosen one; a picture of another kind than the last brings the model that fits it."""
    kind, last = image.partition("/")[0], setting("image", FIRST).partition("/")[0]
    remember("image", image)
    if kind != last:
        force("model", MODEL_OF_SET.get(kind, PHOTO_MODEL))
        drop("controls")


def _uploaded() -> list[dict[str, str]]:
    """Tiles of this session's uploads, and of the latest others on this machine; unreadable ones are left out."""
    named: dict[str, str] = uploads(LISTED) | kept("uploads", {})
    tiles = []
    for image, name in reversed(named.items()):
        try:
            tiles.append({"id": image, "label": name, "src": thumbnail(image)})
        except (ValueError, OSError):
            continue
    return tiles


def _upload() -> None:
    """The upload box; keeps every readable file at once and says of each other one why it cannot be read."""
    files = st.file_uploader(
        f"One or several pictures: PNG, JPEG, WebP, TIFF, BMP or GIF, up to {MOST_BYTES // 10**6} MB each",
        type=KINDS, accept_multiple_files=True, key=widget("files"), max_upload_size=MOST_BYTES // 10**6,
    )  # fmt: skip
    seen: set[str] = kept("seen", set())
    uploads: dict[str, str] = kept("uploads", {})
    refused: dict[str, str] = kept("refused", {})
    fresh = [file for file in files if file.file_id not in seen]
    first = ""
    if fresh:
        refused.clear()
    bar = st.progress(0.0, "Reading pictures") if len(fresh) > 3 else None
    for place, file in enumerate(fresh):
        raw = file.getvalue()
        seen.add(file.file_id)
        try:
            image = keep_upload(raw, file.name)
            uploads[image] = file.name
            first = first or image
        except (ValueError, OSError) as error:
            refused[f"{file.name} {hashlib.sha256(raw).hexdigest()[:6]}"] = str(error)
        if bar is not None:
            bar.progress((place + 1) / len(fresh), f"Reading pictures: {place + 1} of {len(fresh)}")
    keep("seen", seen)
    if first:
        take(first)
        st.rerun()
    if uploads:
        st.caption(f"{len(uploads)} picture{'s' if len(uploads) > 1 else ''} kept on this machine, nowhere else.")


def _refusals() -> None:
    """The files that could not be read, a sentence each, in a box that scrolls."""
    refused: dict[str, str] = kept("refused", {})
    if not refused:
        return
    with st.expander(f"{len(refused)} file{'s' if len(refused) > 1 else ''} could not be used", expanded=True):
        with st.container(height=min(60 + 40 * len(refused), 220), border=False):
            st.markdown("\n".join(f"- {plain(sentence, 300)}" for sentence in refused.values()))
        if st.button("Clear this list"):
            refused.clear()
            st.rerun()
