"""The dialog that takes a model of one's own: weights as safetensors, an architecture from a list, and label names."""

from functools import partial
from typing import Any

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from app.access.allowed import people_sign_in
from app.access.sharing import share_button
from app.own_model.preparation import preparation
from app.ui.advice import advice
from app.ui.cached import classifiers, forget_classifiers
from app.ui.markdown import plain
from app.ui.state import kept
from core.access.belonging import belonging
from core.audit.sharing import share
from core.checkpoints.tensor_files import Pickled, parse_tensors
from core.classifiers.own import architecture, free_name, install, plain_name
from core.classifiers.own import names as architectures

TIMM = "timm:"
MEANT = {
    "softmax": "classes, of which one is right", "sigmoid": "one number, the probability of the second class",
    "multi-label": "findings, each with a probability of its own",
}  # fmt: skip
CONVERT = "It can be added with: counterproof import-weights FILE --architecture ... --labels ..., on this machine."


@st.dialog("A model of your own", width="large", on_dismiss="rerun")
def dialog() -> None:
    """Ask for the parts, check that they fit one another, and add the model to the list."""
    st.markdown(
        "Ask whoever trained the model for its weights as a **.safetensors** file: it holds numbers only, so nothing "
        "in it can be run. Other files (.pt, .pth, .onnx) are not read here; the command "
        "`counterproof import-weights` converts them."
    )
    file = st.file_uploader("Weights", type=["safetensors", "pt", "pth", "bin"], max_upload_size=1000)
    unreadable = "" if file is None else _unreadable(file)
    if unreadable:
        st.error(unreadable)
    chosen = st.selectbox("Architecture", [*architectures(), TIMM], format_func=called,
                          help="The network the weights belong to.")  # fmt: skip
    if chosen == TIMM:
        chosen += st.text_input("Name in timm", "resnet18", help="As it was made: timm.create_model(NAME).").strip()
    output = st.selectbox("Its outputs are", list(MEANT), format_func=MEANT.__getitem__)
    what = "Names of the findings" if output == "multi-label" else "Class names"
    labels = st.text_area(f"{what}, one a line, in the order of the model's outputs", height=140)
    named = [line.strip() for line in labels.splitlines() if line.strip()]
    name = st.text_input("Name", max_chars=40, placeholder="as the file")
    fewest = 1 if output == "multi-label" else 2
    how, ready = {}, file is not None and not unreadable and len(named) >= fewest
    try:
        how = dict(preparation(architecture(chosen))) | {"output": None if output == "softmax" else output}
    except ValueError as error:
        ready = False
        st.error(advice(error))
    if not ready:
        st.caption("It can be added once there is a readable file with its names: of two classes or more, or of one "
                   "finding or more.")  # fmt: skip
    everyone = people_sign_in() and st.checkbox("Share it with everyone here", help="Without this, you and owners of "
                                                "this dashboard see it.")  # fmt: skip
    if st.button("Add", type="primary", disabled=not ready) and file is not None:
        _add(file, chosen, named, name, how, everyone)
    _shared()


def _add(file: UploadedFile, chosen: str, named: list[str], name: str, how: dict[str, Any], everyone: bool) -> None:
    """Add the model, and say what was done to its weights and will be to pictures; or why it cannot be."""
    notes: list[str] = []
    short = plain_name(name) if name.strip() else free_name(file.name.rpartition(".")[0])
    try:
        with st.spinner("Looking at the weights"):
            added = install(file.getvalue(), chosen, named, short, say=notes.append, **how)
        if everyone:
            share("models", short, True)
    except (ValueError, OSError) as error:
        st.error(advice(error, most=1500))
        return
    forget_classifiers()
    st.success(
        f"Added as ‘{plain(added.partition(':')[2])}’. {plain(' '.join(notes), 1500)} "
        "Close this window and choose it under Model."
    )


def _shared() -> None:
    """The models that were added, each with the button by which it is shared; nothing where nobody signs in."""
    names = {each.partition(":")[2].partition("@")[0] for each in classifiers() if each.startswith("own:")}
    if not people_sign_in() or not names:
        return
    with st.expander("Models that are here"):
        for name in sorted(names):
            whose = belonging("models", name)
            with st.container(horizontal=True, vertical_alignment="center"):
                st.markdown(plain(name), width="stretch")
                share_button(whose, whose.shared(), "model", partial(share, "models", name), f"model-{name}")


def _unreadable(file: UploadedFile) -> str:
    """Why the file is not a safetensors file, in sentences; "" if it is one. Each file is read once."""
    reasons: dict[str, str] = kept("weights", {})
    if file.file_id not in reasons:
        try:
            parse_tensors(file.getvalue(), file.name)
            reasons[file.file_id] = ""
        except Pickled as error:
            reasons[file.file_id] = advice(error, unreadable=CONVERT)
        except ValueError as error:
            reasons[file.file_id] = advice(error)
    return reasons[file.file_id]


def called(name: str) -> str:
    """What people call an architecture, and what it looks at.

    >>> called("mnist_cnn"), called("cifar_resnet20")
    ('Small CNN (small grey pictures)', 'ResNet-20 (CIFAR, option A) (small colour pictures)')
    """
    if name == TIMM:
        return "Any network of timm, by its name there"
    design = architecture(name)
    channels, height, _ = design.size
    what = "photographs" if height > 64 else f"small {'colour' if channels == 3 else 'grey'} pictures"
    return f"{design.title} ({what})"
