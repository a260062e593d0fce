"""The dialog that takes a model of one's own: weights as safetensors, an architecture from a list, and label names."""

import re

import streamlit as st

from app.cached import classifiers
from app.text import plain
from core.architectures import names
from core.classifiers.own import install


@st.dialog("A model of your own", width="large")
def dialog() -> None:
    """Ask for the parts, check that they fit one another, and add the model to the list."""
    st.markdown(
        "Weights come as a **safetensors** state dict: it holds numbers only, so nothing in it can be run. "
        "Pickles (.pt, .pth) are not read."
    )
    file = st.file_uploader("Weights", type=["safetensors"], max_upload_size=1000)
    architecture = st.selectbox("Architecture", list(names()), help="The network the weights belong to.")
    labels = st.text_area("Class names, one a line, in the order of the model's outputs", height=140)
    name = st.text_input("Name", max_chars=40, placeholder="my model")
    if st.button("Add", type="primary", disabled=file is None):
        assert file is not None
        named = [line.strip() for line in labels.splitlines() if line.strip()]
        try:
            called = re.sub(r"[^A-Za-z0-9_-]+", "-", name or file.name.rsplit(".", 1)[0]).strip("-_")[:40]
            added = install(file.getvalue(), architecture, named, called)
        except (ValueError, OSError) as error:
            st.error(plain(str(error), 1500))
            return
        classifiers.clear()
        st.success(f"Added as ‘{plain(added)}’. Close this window and choose it under Model.")
