"""Pictures of one's own for a batch: files and ZIPs, gathered into a collection that outlives the session."""

from typing import Any

import streamlit as st

from app.access.allowed import why_not
from app.ui import components
from app.ui.cached_pictures import thumbnail
from app.ui.markdown import plain
from app.ui.state import drop, force, keep, kept, setting, widget
from core.access.permission import require
from core.batch import collection as collections
from core.batch.collection import Collection, Item
from core.batch.gather import Gathering, loose, zip_entries
from core.data.formats.picture_sources import ENDINGS

FILES, COLLECTION = "batch.files", "batch.collection"
FORMATS = [*sorted(ENDINGS), "zip"]
MOST_MB = 500  # of a file
SHOWN = 24  # thumbnails
LABEL = "Pictures, or a ZIP of them"
HELP = (
    "PNG, JPEG, WebP, TIFF, BMP, GIF or DICOM. In a ZIP, folders that are named as the model names its classes say "
    "what their pictures show. A browser cannot name a folder: choose all its files or make a ZIP of it; the shell "
    "command below takes folders."
)


def ask_pictures() -> tuple[str, Collection]:
    """The box for files, and what was gathered: its name, "" while there is none, and its content."""
    if why := why_not("upload"):
        st.info(why)
        return "", Collection()
    files = st.file_uploader(LABEL, type=FORMATS, accept_multiple_files=True, key=widget(FILES),
                             max_upload_size=MOST_MB, help=HELP)  # fmt: skip
    seen: set[str] = kept("batch seen", set())
    if fresh := [file for file in files if file.file_id not in seen]:
        _gather(fresh, seen)
        st.rerun()
    for said in kept("batch refused", []):
        st.error(f"{plain(said, 300)}. Choose another file.")
    name = setting(COLLECTION, "")
    found = _known(name) if name else Collection()
    if not found.items:
        return "", found
    _show(found)
    return (name, found) if found.pictures else ("", found)


def _known(name: str) -> Collection:
    """The collection of that name; an empty one, with a sentence, if it is not here."""
    try:
        return collections.kept(name)
    except (ValueError, OSError) as error:
        st.warning(f"The pictures of this link cannot be used: {plain(str(error), 200)}.")
        return Collection()


def _gather(fresh: list[Any], seen: set[str]) -> None:
    """Keep what these files hold. Interrupted by another press, it goes on where it was."""
    require("upload")
    bar = st.progress(0.0, "Reading pictures")
    refused: list[str] = []
    works: dict[str, Gathering] = kept("batch work", {})
    before = setting(COLLECTION, "")
    found = _known(before) if before else Collection()
    for file in fresh:
        try:
            zipped = file.name.lower().endswith(".zip")
            entries = zip_entries(file, file.name) if zipped else [loose(file.getvalue(), file.name)]
            work = works.setdefault(file.file_id, Gathering())
            for entry in entries[work.done :]:
                work.add(entry)
                bar.progress(work.done / len(entries), f"Reading pictures: {work.done:,} of {len(entries):,}"
                             if zipped else f"Reading pictures: {plain(file.name)}")  # fmt: skip
            found = found.joined(work.collection())
        except (ValueError, OSError) as error:
            refused.append(str(error))
    try:
        force(COLLECTION, collections.keep(found) if found.items else "")
    except (ValueError, OSError) as error:
        refused.append(str(error))
    seen.update(file.file_id for file in fresh)
    works.clear()
    keep("batch refused", refused)


def _show(found: Collection) -> None:
    """How many there are, the first of them, what cannot be used, and a button to begin again."""
    left = [each for each in found.items if not each.image]
    pictures = [each for each in found.items if each.image]
    said = f"**{len(pictures):,} picture{'' if len(pictures) == 1 else 's'}** to attack."
    if left:
        said += f" {len(left):,} file{'' if len(left) == 1 else 's'} cannot be used."
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(said, width="content")
        st.button("Remove all", icon=":material/delete:", on_click=_remove)
    components.gallery(_tiles(pictures), "", key="batch-gathered")
    if len(pictures) > SHOWN:
        st.caption(f"The first {SHOWN} of them.")
    show_unused([(each.name, each.reason) for each in left])
    for note in found.notes:
        st.caption(plain(note, 300))
    st.caption("Kept on the computer that runs this dashboard, nowhere else. Of a DICOM file only the pixels are kept.")


def show_unused(files: list[tuple[str, str]]) -> None:
    """Files that cannot be used, by name and reason, in a box that scrolls."""
    if not files:
        return
    title = f"{len(files):,} file{'' if len(files) == 1 else 's'} that cannot be used"
    with st.expander(title), st.container(height=min(40 + 40 * len(files), 240), border=False):
        lines = [f"- {plain(name, 80)}: {plain(reason, 300)}." for name, reason in files[:500]]
        st.markdown("\n".join(lines))


def _tiles(pictures: list[Item]) -> list[dict[str, str]]:
    tiles = []
    for each in pictures[:SHOWN]:
        try:
            tiles.append({"id": each.image, "label": each.name, "src": thumbnail(each.image)})
        except (ValueError, OSError):  # the run says so in its row
            continue
    return tiles


def _remove() -> None:
    """Begin with no pictures; what was kept stays under Inspect."""
    for name in (FILES, COLLECTION):
        drop(name)
    keep("batch refused", [])
