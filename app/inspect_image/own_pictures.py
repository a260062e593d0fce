"""Pictures of one's own: uploaded, kept on this machine, shown as tiles; and those that could not be read."""

import hashlib

import streamlit as st

from app.access.allowed import people_sign_in, why_not
from app.inspect_image.chosen_picture import take
from app.ui.cached_pictures import thumbnail
from app.ui.markdown import plain
from app.ui.state import keep, kept, widget
from core.access.permission import require
from core.images.decode import ACCEPTED, MOST_BYTES
from core.images.uploads import keep_upload, upload_name, uploads

FORMATS = ["png", "jpg", "jpeg", "webp", "tif", "tiff", "bmp", "gif", "dcm", "dicom"]
LISTED = 40
YOURS = "You see them, and owners of this dashboard do"
ALL = "Everybody who can open the dashboard sees them"


def uploaded_tiles() -> list[dict[str, str]]:
    """Tiles of this session's uploads, and of the latest others on this machine; unreadable ones are left out."""
    named: dict[str, str] = uploads(LISTED) | kept("uploads", {})
    tiles = []
    for image, name in reversed(named.items()):
        try:
            tiles.append({"id": image, "label": name, "src": thumbnail(image)})
        except (ValueError, OSError):
            continue
    return tiles


def upload() -> None:
    """The upload box; keeps every readable file at once and says of each other one why it cannot be read."""
    if why := why_not("upload"):
        st.info(why)
        return
    files = st.file_uploader(
        f"One or several pictures: {ACCEPTED}, up to {MOST_BYTES // 10**6} MB each",
        type=FORMATS, accept_multiple_files=True, key=widget("files"), max_upload_size=MOST_BYTES // 10**6,
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
            require("upload")
            image = keep_upload(raw, file.name)
            uploads[image] = upload_name(image)
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
        st.caption(f"{len(uploads)} picture{'s' if len(uploads) > 1 else ''} kept on the computer that runs this "
                   f"dashboard, nowhere else. {YOURS if people_sign_in() else ALL}. Of a DICOM file only the "
                   "pixels are kept: neither its name nor anything about the patient.")  # fmt: skip


def show_refused() -> None:
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
