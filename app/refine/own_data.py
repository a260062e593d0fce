"""Data of one's own for refinement: a dialog that takes an .npz or a .zip of pictures, and the list of what is kept."""

import re

import streamlit as st

from app.access.allowed import why_not
from app.access.sharing import share_button
from app.ui.advice import advice
from app.ui.markdown import plain
from core.access.belonging import belonging
from core.audit.sharing import share
from core.data import own as store
from core.data.fit import kind, summary

MOST_MB = 2000
SIZES: dict[str, tuple[int, int, int] | None] = {
    "the size most of them have": None,
    "28 × 28 grey": (1, 28, 28),
    "32 × 32 colour": (3, 32, 32),
    "64 × 64 colour": (3, 64, 64),
    "224 × 224 colour": (3, 224, 224),
}


def own_data(size: tuple[int, int, int] | None = None) -> None:
    """Draw the list of own data with a way to delete each, and the button that adds more.

    `size` (C, H, W) is what the chosen model takes; the dialog offers to bring pictures to it.
    """
    for name in store.names():
        _row(name)
    if st.button("Add data of your own", icon=":material/add:"):
        dialog(size)


def _row(name: str) -> None:
    """One data set: name, numbers, disk space, and Delete where it was added here."""
    words, button = st.columns([5, 1], vertical_alignment="center")
    try:
        numbers = f"{summary(store.facts(name))}, {store.place(name).stat().st_size / 1e6:,.1f} MB on disk"
    except (ValueError, OSError) as error:
        numbers = f"it cannot be read: {advice(error, most=300)}"
    words.markdown(f"**{plain(name)}**: {numbers}")
    if not store.removable(name):
        words.caption("Laid into the data folder by hand; delete the file there.")
        return
    with words:
        whose = belonging("data", name)
        share_button(whose, whose.shared(), "data", lambda everyone: share("data", name, everyone), f"data-{name}")
    why = why_not("delete")
    with button.popover("Delete", disabled=bool(why), help=why or None):
        st.markdown(
            f"Delete ‘{plain(name)}’ from this machine? Runs that used it keep their results, but cannot be continued."
        )
        if st.button("Delete for good", key=f"delete-data:{name}", type="primary"):
            try:
                store.remove(name)
            except (ValueError, OSError) as error:
                st.error(advice(error, most=300))
                return
            st.rerun()


@st.dialog("Data of your own", width="large", on_dismiss="rerun")
def dialog(size: tuple[int, int, int] | None = None) -> None:
    """Ask for the file, check it, and add it to the list."""
    st.markdown(
        "Labelled images for training and testing, in one of two forms:\n\n"
        "- a **.zip** with one folder of pictures per class, such as `finding/0001.png` and `no finding/0001.png`. If "
        "you have a split, put these into folders `train` and `test`; if not, a fifth of each class is held back;\n"
        "- an **.npz** file laid out like MedMNIST's: `train_images`, `train_labels`, `test_images`, `test_labels`."
    )
    file = st.file_uploader("File", type=["zip", "npz"], max_upload_size=MOST_MB)
    offered: dict[str, tuple[int, int, int] | None] = {}
    if size:
        offered[f"what the model takes, {kind(size).replace(' x ', ' × ')}"] = size
    offered |= {words: each for words, each in SIZES.items() if each is None or each != size}
    chosen = st.selectbox(
        "Bring pictures to", list(offered), disabled=file is None or not file.name.lower().endswith(".zip"),
        help="The shorter side is scaled and the centre cut out. Images in an .npz file keep their size.",
    )  # fmt: skip
    name = st.text_input("Name", max_chars=40, placeholder="my data", key="own-data-name")
    if st.button("Add", type="primary", disabled=file is None, key="add-own-data") and file is not None:
        short = re.sub(r"[^A-Za-z0-9_-]+", "-", name or file.name.rsplit(".", 1)[0]).strip("-_")[:40]
        bar = st.progress(0.0, "Checking the file")

        def progress(share: float, text: str) -> None:
            bar.progress(min(share, 1.0), text)

        try:
            _, notes = store.install(
                file, short, called=file.name[:80], size=offered[chosen],
                progress=progress,
            )  # fmt: skip
            facts = store.facts(short)
        except (ValueError, OSError) as error:
            bar.empty()
            st.error(advice(error, most=500))
            return
        bar.empty()
        st.success(f"Added as ‘{plain(short)}’: {summary(facts)}. Close this window and choose it as data set.")
        for note in notes:
            st.warning(plain(note, 300))
