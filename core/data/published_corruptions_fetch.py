"""CIFAR-10-C and CIFAR-100-C brought onto this machine: fetched, checked and unpacked into the folder for data."""

import shutil
import tarfile
from pathlib import Path
from tempfile import TemporaryDirectory

from core.base import cancellation
from core.base.cancellation import Progress
from core.base.download import fetch
from core.base.paths import folder, places
from core.catalog import CORRUPTIONS
from core.data.published_corruptions import ADDRESSES, LABELS

MD5 = {"CIFAR-10-C": "56bf5dcef84df0e2308c6dcbcbbd8499", "CIFAR-100-C": "11f0ed0f1191edbf9fa23466ae6021d3"}  # Zenodo's
CHUNK = 1 << 20


def fetch_corruptions(name: str, progress: Progress | None = None) -> None:
    """Bring the set `name` here, unless it is: 2.9 GB, and as much again while it is unpacked.

    Only the arrays that are read are kept. OSError or ValueError in one sentence if it cannot be had.
    """
    if name not in ADDRESSES:
        raise ValueError(f"only {' and '.join(ADDRESSES)} can be fetched, got {name[:200]!r}")
    if any((place / name).is_dir() for place in places()):
        return
    target = folder("data") / name
    with TemporaryDirectory(dir=target.parent, prefix=".fetch-") as scratch:
        archive, made = Path(scratch) / f"{name}.tar", Path(scratch) / name
        instead = f"Unpack {ADDRESSES[name]}{name}.tar into {target.parent} yourself."
        fetch(ADDRESSES[name] + archive.name, archive, MD5[name], f"The files of {name}", progress, kind="md5",
              instead=instead)  # fmt: skip
        made.mkdir()
        try:
            unpack(archive, made)
            made.rename(target)
        except tarfile.TarError as error:
            raise ValueError(f"the files of {name} cannot be read: {error}") from error
        except OSError as error:
            raise OSError(f"{target} cannot be written: {error.strerror or error}") from error


def unpack(archive: Path, target: Path) -> None:
    """The arrays that are read, by their own names, straight into `target`; TarError where one is missing."""
    left = {f"{name}.npy" for name in (*CORRUPTIONS, LABELS)}
    with tarfile.open(archive, "r:") as members:
        for member in members:
            name = member.name.rpartition("/")[2]
            if name not in left or not member.isfile():
                continue
            with members.extractfile(member) as source, (target / name).open("xb") as file:  # type: ignore[union-attr]
                while chunk := source.read(CHUNK):
                    cancellation.check()
                    file.write(chunk)
            left.remove(name)
    if left:
        shutil.rmtree(target, ignore_errors=True)
        raise tarfile.TarError(f"it has no {', '.join(sorted(left))}")
