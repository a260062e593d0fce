"""Labelled images where they lie: a published data set, an .npz file or a folder of pictures, each in a class."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from pathlib import Path

from core.base.paths import expanded
from core.contracts.interfaces import DataFacts, DataSet, Images, Progress
from core.data.fingerprint import fingerprint_of
from core.data.formats.npz import Split, facts, read_npz
from core.data.formats.picture_folder import folder_facts, read_folder


class Stored(ABC):
    """One data set: ValueError or OSError in one sentence where it cannot be read."""

    @abstractmethod
    def facts(self) -> DataFacts | None:
        """Size, classes and numbers of images, without reading pixels; None if it must be fetched."""

    @abstractmethod
    def fingerprint(self) -> str:
        """Changes when other images are put in its place; "" where nobody can do that."""

    @abstractmethod
    def load(self, split: Split, size: tuple[int, int, int] | None, progress: Progress | None) -> Images:
        """One split; `size` (C, H, W) is what pictures of a folder are brought to, other data keep theirs."""


@dataclass(frozen=True)
class PublishedSet(Stored):
    """A data set of the catalogue, fetched on first use."""

    source: DataSet

    def facts(self) -> DataFacts | None:
        return self.source.facts()

    def fingerprint(self) -> str:
        return ""

    def load(self, split: Split, size: tuple[int, int, int] | None, progress: Progress | None) -> Images:
        self.source.prepare(progress)
        return self.source.load(split)


@dataclass(frozen=True)
class NpzFile(Stored):
    """An .npz file, of the user's own data or anywhere else."""

    path: Path

    def facts(self) -> DataFacts:
        return facts(self.path, self.path.name)

    def fingerprint(self) -> str:
        return fingerprint_of(self.path)

    def load(self, split: Split, size: tuple[int, int, int] | None, progress: Progress | None) -> Images:
        return read_npz(self.path, split)


@dataclass(frozen=True)
class PictureFolder(Stored):
    """A folder with a sub-folder of pictures for each class."""

    path: Path

    def facts(self) -> DataFacts:
        return folder_facts(self.path)

    def fingerprint(self) -> str:
        return fingerprint_of(self.path)

    def load(self, split: Split, size: tuple[int, int, int] | None, progress: Progress | None) -> Images:
        return read_folder(self.path, split, size=size, progress=progress)


def at_path(name: str) -> NpzFile | PictureFolder:
    """The .npz file or folder that `name` says; ValueError if there is none, naming what else there is."""
    none = f"there is no data set, file or folder {name[:200]!r}; `counterproof data` lists the data sets"
    try:
        path = expanded(name)
        if "\0" in name or not (path.is_dir() or path.is_file()):
            raise ValueError(none)
    except OSError as error:
        raise ValueError(f"{none} ({error.strerror or error})") from error
    if path.is_dir():
        return PictureFolder(path)
    if path.suffix.lower() != ".npz":
        zipped = "; unpack the .zip" if path.suffix.lower() == ".zip" else ""
        raise ValueError(f"{path.name} is neither an .npz file nor a folder of pictures{zipped}")
    return NpzFile(path)
