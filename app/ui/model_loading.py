"""Loading a classifier in sight: a bar while it lasts, for instance while torchvision's weights are downloaded.

What cannot be had is an error, which app.ui.advice puts into words.
"""

import streamlit as st

from core.base.errors import DownloadNeeded
from core.catalog import load_classifier
from core.contracts.classifier import Classifier


def load_with_bar(name: str, device: str) -> Classifier:
    """The classifier of that name, on that device; the bar is gone once it is there."""
    bar = st.empty()

    def progress(share: float, text: str) -> None:
        bar.progress(min(max(share, 0.0), 1.0), text)

    try:
        loaded = load_classifier(name, progress)
    except DownloadNeeded as needed:
        needed.wanted = name
        raise
    loaded.net.to(device)
    bar.empty()
    return loaded
