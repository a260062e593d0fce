"""The dialog that takes a model of one's own: weights as safetensors, an architecture from a list, and label names."""

import re

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from app.ui.advice import advice
from app.ui.cached import classifiers
from app.ui.markdown import plain
from app.ui.state import kept
from core.checkpoints.tensor_files import parse_tensors
from core.classifiers.own import Architecture, architecture, install
from core.classifiers.own import names as architectures
from core.classifiers.torchvision_imagenet import title

OURS = {"resnet20": "ResNet-20", "mnist_cnn": "Small CNN", "efficientnet_lite0": "EfficientNet-Lite0"}


@st.dialog("A model of your own", width="large", on_dismiss="rerun")
def dialog() -> None:
    """Ask for the parts, check that they fit one another, and add the model to the list."""
    st.markdown(
        "Ask whoever trained the model for its weights as a **.safetensors** file: it holds numbers only, so nothing "
        "in it can be run. Other files (.pt, .pth) are not read."
    )
    file = st.file_uploader("Weights", type=["safetensors"], max_upload_size=1000)
    unreadable = "" if file is None else _unreadable(file)
    if unreadable:
        st.error(plain(unreadable, 600))
    chosen = st.selectbox("Architecture", list(architectures()), format_func=called,
                          help="The network the weights belong to.")  # fmt: skip
    labels = st.text_area("Class names, one a line, in the order of the model's outputs", height=140)
    named = [line.strip() for line in labels.splitlines() if line.strip()]
    name = st.text_input("Name", max_chars=40, placeholder="my model")
    ready = file is not None and not unreadable and len(named) >= 2
    if not ready:
        st.caption("It can be added once there is a readable file and at least two class names.")
    if st.button("Add", type="primary", disabled=not ready) and file is not None:
        try:
            short = re.sub(r"[^A-Za-z0-9_-]+", "-", name or file.name.rsplit(".", 1)[0]).strip("-_")[:40]
            added = install(file.getvalue(), chosen, named, short)
        except (ValueError, OSError) as error:
            st.error(advice(error, most=1500))
            return
        classifiers.clear()
        st.success(
            f"Added as ‘{plain(added.partition(':')[2])}’. {preparation(architecture(chosen))} "
            "Close this window and choose it under Model."
        )


def _unreadable(file: UploadedFile) -> str:
    """Why the file is not a safetensors file, in one sentence; "" if it is one. Each file is read once."""
    reasons: dict[str, str] = kept("weights", {})
    if file.file_id not in reasons:
        try:
            parse_tensors(file.getvalue(), file.name)
            reasons[file.file_id] = ""
        except ValueError as error:
            reasons[file.file_id] = str(error)
    return reasons[file.file_id]


def called(name: str) -> str:
    """What people call an architecture, and what it looks at.

    >>> called("resnet20"), called("mnist_cnn"), called("resnet50")
    ('ResNet-20 (small colour pictures)', 'Small CNN (small grey pictures)', 'ResNet-50 (photographs)')
    """
    channels, height, _ = architecture(name).size
    what = "photographs" if height > 64 else f"small {'colour' if channels == 3 else 'grey'} pictures"
    return f"{OURS[name] if name in OURS else title(name)} ({what})"


def preparation(design: Architecture) -> str:
    """How pictures are prepared for an architecture unless its card says otherwise, as a sentence.

    >>> preparation(architecture("mnist_cnn"))
    'Pictures are prepared as is usual for it: 28 × 28 pixels, values from 0 to 1 less 0.131, divided by 0.308.'
    """
    mean, std = (", ".join(f"{value:.3g}" for value in values) for values in (design.mean, design.std))
    cut = f"shorter side to {design.resize}, then the middle {design.size[2]} × {design.size[1]} pixels"
    size = cut if design.resize else f"{design.size[2]} × {design.size[1]} pixels"
    return f"Pictures are prepared as is usual for it: {size}, values from 0 to 1 less {mean}, divided by {std}."
