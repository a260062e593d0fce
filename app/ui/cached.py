"""What Streamlit caches of models, studies and runs; app/ui/cached_pictures.py caches pictures; nothing else does."""

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import streamlit as st

from app.background.comparisons import Comparisons
from app.background.computing import pool
from app.background.studies import Studies
from app.ui.mask_pictures import strip_png
from app.ui.metrics_rows import Rows
from app.ui.model_loading import load_with_bar
from app.ui.windows import is_open
from core.access.acting import acting
from core.base.download import nothing_fetched
from core.base.run_folder import METRICS
from core.casebook.casebook import Casebook
from core.casebook.places import DATABASE, casebook_folder
from core.catalog import CLASSIFIERS, classifier_names, stamp
from core.contracts.classifier import Classifier
from core.refinement.untrained import untrained as before_training
from core.refinement.untrained import untrained_names
from core.runs.launchers import launcher
from core.runs.named_things import expect_visible


def classifier(name: str, device: str = "cpu", fetch: bool = False) -> Classifier:
    """A classifier ready for use; a model of one's own that was replaced is read again.

    fetch: whether the reader has agreed to a download; without, DownloadNeeded where the weights are not here. Refused
    (a ValueError) for the model of somebody else who has not shared it.
    """
    expect_visible({"classifier": name})
    with nullcontext() if fetch else nothing_fetched():
        return _classifier(name, device, stamp(name))


@st.cache_resource(max_entries=6, show_spinner=False)
def _classifier(name: str, device: str, stamp: str) -> Classifier:
    """The first load shows its progress (a download, for torchvision's weights)."""
    return load_with_bar(name, device)


@st.cache_resource
def studies() -> Studies:
    """The one place of this server where studies are begun and found."""
    return Studies(is_open, pool())


def classifiers() -> dict[str, str]:
    """Name -> title of every classifier to be had by who is here; read again after 20 s, since models can be added."""
    person = acting()
    return _classifiers(person.id, str(person.role))


@st.cache_data(ttl=20, max_entries=32, show_spinner=False)
def _classifiers(person: str, role: str) -> dict[str, str]:
    return classifier_names()


def forget_classifiers() -> None:
    """Have the list of classifiers read again."""
    _classifiers.clear()


def bases() -> dict[str, str]:
    """Name -> title of everything that can be refined: the classifiers, and every network there is, untrained."""
    known = {name: title for name, title in classifiers().items() if CLASSIFIERS[name.partition(":")[0]].trainable}
    fresh = untrained_names()
    return known | {key: f"{title} (untrained)" for key, title in fresh.items() if key not in known}


@st.cache_resource(max_entries=4, show_spinner=False)
def untrained(name: str) -> Classifier:
    """The network of a classifier before any training; ValueError for one that there is only with its weights."""
    return before_training(name)


def run_rows(folder: Path) -> Sequence[Mapping[str, Any]]:
    """The rows of the run in `folder`; only what was added since the last look is read."""
    return _rows(str(folder)).read(folder / METRICS)


def unread_rows(folder: Path) -> str:
    """That some of these rows could not be read, and why, in a sentence without a full stop; "" if all could."""
    return _rows(str(folder)).unread


@st.cache_resource(max_entries=24, show_spinner=False)
def _rows(folder: str) -> Rows:
    return Rows()


@st.cache_data(max_entries=64, show_spinner=False)
def mask_strip(path: str, stamp: int) -> bytes:
    """The examples of a masks file as one picture (PNG); empty if it cannot be read. stamp: changes with the file."""
    return strip_png(Path(path))


def casebook() -> Casebook:
    """The casebook of this user; ValueError or OSError in one sentence if it cannot be had."""
    place = casebook_folder()
    if not (place / DATABASE).is_file():
        Casebook(place)  # made, or made anew where somebody has removed it
    return _casebook(place, (place / DATABASE).stat().st_ino)


@st.cache_resource(max_entries=4, show_spinner=False)
def _casebook(place: Path, file: int) -> Casebook:
    """Opened once, and again if its file is another one."""
    book = Casebook(place)
    book.purge()
    return book


@st.cache_resource
def comparisons() -> Comparisons:
    """The one place of this server where comparisons are begun and found."""
    return Comparisons(studies())


@st.cache_resource
def measurements() -> OrderedDict[str, Any]:
    """What was measured of runs before they were started, by their settings; the oldest first."""
    return OrderedDict()


@st.cache_data(ttl=60, max_entries=16, show_spinner=False)
def offered(place: str) -> str:
    """What a place to run offers now, where that is known; asked once a minute."""
    return launcher(place).offer()
