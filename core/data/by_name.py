"""Data sets by name: published ones, your own, on the command line files and folders."""

from pathlib import Path
from typing import Literal

from core.catalog import DATASETS
from core.contracts.interfaces import Images, Progress
from core.data import own as own_data
from core.data.fingerprint import fingerprint_of
from core.data.formats.npz import DataFacts, facts, read_npz
from core.data.formats.picture_folder import folder_facts, read_folder
from core.datasets._published import Published


def data_names() -> dict[str, str]:
    """Every data set to be had by name -> what people call it: the published ones, then your own as `own:NAME`."""
    names = {key: each.title for key, each in DATASETS.items()}
    return names | {f"own:{name}": f"Own data, {name}" for name in own_data.names()}


def load_data(
    name: str,
    split: Literal["train", "test"],
    *,
    size: tuple[int, int, int] | None = None,
    progress: Progress | None = None,
    fingerprint: str = "",
) -> Images:
    """One split of the data set called `name`: a key, `own:NAME`, or the path of an .npz file or a folder of pictures.

    Published data are fetched on first use, and `progress` is told how far that is. `size` (C, H, W) is what the
    pictures of a folder are brought to (without it the size most of them have); other data keep theirs. With the
    `fingerprint` that they had before, they must still have it. ValueError or OSError in one sentence if it cannot be
    had.
    """
    if split not in ("train", "test"):
        raise ValueError(f"expected the train or the test split, got {str(split)[:40]!r}")
    if fingerprint and fingerprint != data_fingerprint(name):
        called = name.removeprefix("own:") if name.startswith("own:") else Path(name).name
        raise ValueError(f"The data set {called} is not the one this run began with: its images have changed.")
    if name in DATASETS:
        source = DATASETS[name]()
        source.prepare(progress)
        return source.load(split)
    path = _place(name)
    return read_folder(path, split, size=size, progress=progress) if path.is_dir() else read_npz(path, split)


def data_fingerprint(name: str) -> str:
    """Changes when other images are put under the name of your own data, a file or a folder; "" for published data.

    ValueError or OSError in one sentence where there is no such data or it cannot be read.
    """
    return "" if name in DATASETS else fingerprint_of(_place(name))


def known_data(name: str) -> dict[str, str]:
    """What is added to the arguments of a run on the data `name`, so that it goes on with these images only."""
    fingerprint = known_fingerprint(name)
    return {"data_fingerprint": fingerprint} if fingerprint else {}


def known_fingerprint(name: str) -> str:
    """`data_fingerprint`, "" also where the data cannot be read: the run says what is wrong with them."""
    try:
        return data_fingerprint(name)
    except (ValueError, OSError):
        return ""


def _place(name: str) -> Path:
    return own_data.place(name.removeprefix("own:")) if name.startswith("own:") else path_of(name)


def path_of(name: str) -> Path:
    """The .npz file or folder that `name` says; ValueError if there is none, naming what else there is."""
    path = Path(name).expanduser()
    if "\0" in name or not (path.is_dir() or path.is_file()):
        raise ValueError(
            f"there is no data set, file or folder {name[:200]!r}; `counterproof data` lists the data sets"
        )
    if path.is_file() and path.suffix.lower() != ".npz":
        raise ValueError(f"{path.name} is neither an .npz file nor a folder of pictures")
    return path.absolute()


def data_facts(name: str) -> DataFacts | None:
    """Size, classes and numbers of images of the data `name`, without reading pixels; None if it must be fetched.

    ValueError or OSError in one sentence where there is no such data or its file cannot be read.
    """
    if name in DATASETS:
        source = DATASETS[name]()
        return source.facts() if isinstance(source, Published) else None
    if name.startswith("own:"):
        return own_data.facts(name.removeprefix("own:"))
    path = path_of(name)
    return folder_facts(path) if path.is_dir() else facts(path, path.name)
