"""What Streamlit caches of pictures: pictures, answers, thumbnails, encoded bytes. app/ui/cached.py caches the rest."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import streamlit as st
from torch import Tensor

from app.ui.cached import classifier, classifiers
from app.ui.encoded import data_url, small_jpeg
from app.ui.story_words import tiles
from core.base.download import nothing_fetched
from core.base.file_stamp import file_stamp
from core.bundles.comparison_folder import COMPARISON, CROSSINGS
from core.bundles.manifest import ARRAYS, MANIFEST, ORIGINAL
from core.casebook.folders import read_folder
from core.compare.comparison import Comparison
from core.contracts.classifier import Classifier
from core.contracts.interfaces import Images
from core.data.by_name import data_fingerprint, load_data
from core.images.picture import Picture, fit
from core.images.samples import stored_picture
from core.images.stories import MODELS
from core.images.uploads import is_upload, may_see, upload_name
from core.study.colour_scale import Pixels
from core.study.figures import pixels, png
from core.study.prediction import Prediction, predict
from core.study.study import Study
from core.untrusted.regular_files import read_regular

LARGEST_THUMBNAIL = 10**6  # bytes


def test_images(name: str) -> Images:
    """The test images of a data set; data of one's own that were replaced are read again."""
    return _test_images(name, data_fingerprint(name))


@st.cache_resource(max_entries=2, show_spinner=False)
def _test_images(name: str, fingerprint: str) -> Images:
    with nothing_fetched():  # a run has fetched them, unless they were deleted since
        return load_data(name, "test")


def test_thumbnail(name: str, index: int) -> str:
    """A test image as a data: address."""
    return _test_thumbnail(name, index, data_fingerprint(name))


@st.cache_data(max_entries=4000, show_spinner=False)
def _test_thumbnail(name: str, index: int, fingerprint: str) -> str:
    return data_url(png(pixels(_test_images(name, fingerprint).images[index].float() / 255), 64))


def loaded_picture(image: str) -> Picture:
    """The picture with this id; ValueError in a sentence if it is not there, or not for who is here to see."""
    _expect_visible(image)
    found = _loaded_picture(image)
    return replace(found, name=upload_name(image)) if is_upload(image) else found  # each calls it by their own name


@st.cache_resource(max_entries=4, show_spinner=False)
def _loaded_picture(image: str) -> Picture:
    return stored_picture(image)


def _expect_visible(image: str) -> None:
    """As `stored_picture` refuses it: what is cached is so for all who use this server."""
    if not may_see(image):
        stored_picture(image)


def fitted(image: str, model: Classifier) -> Tensor:
    """The picture as the classifier sees it: (C, H, W) in [0, 1]."""
    return fit(loaded_picture(image), model)


def prediction(image: str, name: str, device: str, fingerprint: str) -> Prediction:
    """The prediction for a picture as it is."""
    _expect_visible(image)
    return _prediction(image, name, device, fingerprint)


@st.cache_data(max_entries=256, show_spinner=False)
def _prediction(image: str, name: str, device: str, fingerprint: str) -> Prediction:
    model = classifier(name, device)
    return predict(model, fitted(image, model))


@st.cache_data(max_entries=512, show_spinner=False, hash_funcs={np.ndarray: lambda each: (each.shape, each.tobytes())})
def shown_png(picture: Pixels, smallest: int = 0) -> bytes:
    """A picture (H, W, 3) as PNG, made once; every byte tells: by itself Streamlit samples a large array."""
    return png(picture, smallest)


def thumbnail(image: str, side: int = 96) -> str:
    """A small picture as a data: address."""
    _expect_visible(image)
    return _thumbnail(image, side)


@st.cache_data(max_entries=600, show_spinner=False)
def _thumbnail(image: str, side: int) -> str:
    return data_url(small_jpeg(loaded_picture(image), side), "image/jpeg")


@st.cache_data(max_entries=16, show_spinner=False)
def gallery_tiles(name: str) -> list[dict[str, str]]:
    """Id, label and thumbnail of every sample of a gallery, and what is told of the first ones."""
    return tiles(name, classifiers().get(MODELS[name], MODELS[name]), thumbnail)


@st.cache_data(max_entries=2000, show_spinner=False)
def case_thumbnail(path: str) -> str:
    """The thumbnail of a case as a data: address; "" if it cannot be read."""
    try:
        return data_url(read_regular(Path(path), LARGEST_THUMBNAIL))
    except OSError:
        return ""


def case_contents(folder: str, kind: str) -> Study | Comparison:
    """What a case of the casebook holds, read again if its files changed; ValueError or OSError in one sentence."""
    named = (MANIFEST, ARRAYS, ORIGINAL) if kind == "image" else (COMPARISON, CROSSINGS)
    return _case_contents(folder, kind, file_stamp(*(Path(folder) / name for name in named)))


@st.cache_resource(max_entries=6, show_spinner=False)
def _case_contents(folder: str, kind: str, stamp: str) -> Study | Comparison:
    return read_folder(Path(folder), kind)
