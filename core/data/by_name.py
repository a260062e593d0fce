"""Data sets by name: published ones, your own, on the command line files and folders."""

from pathlib import Path
from typing import Literal

from core.catalog import DATASETS
from core.contracts.interfaces import DataFacts, Images, Progress
from core.data import own as own_data
from core.data.stored import NpzFile, PublishedSet, Stored, at_path


def data_names() -> dict[str, str]:
    """Every data set to be had by name -> what people call it: the published ones, then your own as `own:NAME`."""
    names = {key: each.title for key, each in DATASETS.items()}
    return names | {f"own:{name}": f"Own data, {name}" for name in own_data.names()}


def stored(name: str) -> Stored:
    """The data set called `name`: a key, `own:NAME`, or the path of an .npz file or a folder of pictures.

    ValueError in one sentence if there is none.
    """
    if name in DATASETS:
        return PublishedSet(DATASETS[name]())
    if name.startswith("own:"):
        return NpzFile(own_data.place(name.removeprefix("own:")))
    return at_path(name)


def load_data(
    name: str,
    split: Literal["train", "test"],
    *,
    size: tuple[int, int, int] | None = None,
    progress: Progress | None = None,
    fingerprint: str = "",
) -> Images:
    """One split of the data set called `name`.

    Published data are fetched on first use, and `progress` is told how far that is. `size` (C, H, W) is what the
    pictures of a folder are brought to (without it the size most of them have); other data keep theirs. With the
    `fingerprint` that they had before, they must still have it. ValueError or OSError in one sentence if it cannot be
    had.
    """
    if split not in ("train", "test"):
        raise ValueError(f"expected the train or the test split, got {str(split)[:40]!r}")
    data = stored(name)
    if fingerprint and fingerprint != data.fingerprint():
        called = name.removeprefix("own:") if name.startswith("own:") else Path(name).name
        raise ValueError(f"The data set {called} is not the one this run began with: its images have changed")
    return data.load(split, size, progress)


def data_fingerprint(name: str) -> str:
    """Changes when other images are put under the name of your own data, a file or a folder; "" for published data.

    ValueError or OSError in one sentence where there is no such data or it cannot be read.
    """
    return stored(name).fingerprint()


def known_data(name: str) -> dict[str, str]:
    """What is added to the arguments of a run on the data `name`, so that it goes on with these images only."""
    try:
        fingerprint = stored(name).fingerprint()
    except (ValueError, OSError):  # the run says what is wrong with them
        fingerprint = ""
    return {"data_fingerprint": fingerprint} if fingerprint else {}


def data_facts(name: str) -> DataFacts | None:
    """Size, classes and numbers of images of the data `name`, without reading pixels; None if it must be fetched.

    ValueError or OSError in one sentence where there is no such data or its file cannot be read.
    """
    return stored(name).facts()
