"""Data sets that their publishers offer for download: fetched once, checked, and kept as one .npz file."""

import shutil
import tarfile
import time
from abc import abstractmethod
from collections.abc import Iterable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, ClassVar

import numpy as np
import torch
from numpy.typing import NDArray

from core.base.atomic_files import whole
from core.base.download import fetch
from core.base.paths import find, folder
from core.contracts.interfaces import DataFacts, DataSet, Images, Progress
from core.data.formats.npz import Split, facts, read_npz
from core.data.formats.npz_write import write
from core.untrusted.zip_member import BROKEN


class Published(DataSet):
    """A data set behind an address.

    `addresses`: where its files lie, the first that answers is used; `files`: the md5 of each by name, as the publisher
    or torchvision gives it. A `KEY.npz` in `$COUNTERPROOF_DATA` or the data folder is taken instead of all that.
    """

    addresses: ClassVar[tuple[str, ...]]
    files: ClassVar[Mapping[str, str]]

    @abstractmethod
    def unpack(self, place: Path) -> Mapping[Split, Images]:
        """Both splits from the files, which lie in `place`; no pickle is read."""

    def facts(self) -> DataFacts | None:
        path = find(f"{self.key}.npz")
        return None if path is None else facts(path, path.name)

    def prepare(self, progress: Progress | None = None) -> None:
        if find(f"{self.key}.npz"):
            return
        target = folder("data") / f"{self.key}.npz"
        for left in target.parent.glob(".fetch-*"):  # by a process that was killed
            if time.time() - left.stat().st_mtime > 86_400:
                shutil.rmtree(left, ignore_errors=True)
        with TemporaryDirectory(dir=target.parent, prefix=".fetch-") as scratch:
            place = Path(scratch)
            for index, name in enumerate(self.files):
                self._fetch(name, place, index, progress)
            try:
                splits = self.unpack(place)
            except (*BROKEN, OSError, tarfile.TarError) as error:
                raise ValueError(f"The files of {self.title} cannot be read: {error}") from error
            try:
                with whole(target) as file:
                    write(file, splits.__getitem__)
            except OSError as error:
                raise OSError(f"{target} cannot be written: {error.strerror or error}") from error

    def _fetch(self, name: str, place: Path, index: int, progress: Progress | None) -> None:
        """One file, from the first address that has it."""

        def told(share: float, text: str) -> None:
            if progress is not None:
                progress((index + share) / len(self.files), text)

        for attempt, address in enumerate(self.addresses, 1):
            instead = (
                f"The address is {address}{name}; connect this machine, or put {self.key}.npz into {folder('data')} "
                f"(`counterproof data {self.key} --fetch` writes it on a machine that is connected)."
            )
            try:
                what = f"The files of {self.title}"
                fetch(address + name, place / name, self.files[name], what, told, kind="md5", instead=instead)
                return
            except (OSError, ValueError):
                if attempt == len(self.addresses):
                    raise

    def load(self, split: Split) -> Images:
        self.prepare()
        path = find(f"{self.key}.npz")
        assert path is not None
        return read_npz(path, split)


def labelled(images: NDArray[np.uint8], labels: NDArray[Any], classes: Iterable[str]) -> Images:
    """Arrays (N, C, H, W) and (N,) as Images."""
    return Images(torch.tensor(np.ascontiguousarray(images)), torch.tensor(labels.astype(np.int64)), tuple(classes))


def members(path: Path, wanted: Iterable[str]) -> dict[str, bytes]:
    """The contents of the files called `wanted` in a .tar.gz; nothing is written. ValueError if one is not there."""
    left, found = set(wanted), {}
    with tarfile.open(path, "r:gz") as archive:
        for member in archive:
            name = member.name.rpartition("/")[2]
            if name in left and member.isfile():
                found[name] = archive.extractfile(member).read()  # type: ignore[union-attr]
                left.remove(name)
            if not left:
                return found
    raise ValueError(f"{path.name} has no {', '.join(sorted(left))}")
