"""A folder that holds one case: whose it is, and how the case in it is replaced by another, whole or not at all.

The new files are written into a folder of their own inside it, whose renaming to NEXT is the moment of change. Then
they are moved to their places, the manifest first, and what only the earlier case had is removed. Wherever that is
broken off, a manifest finds every file it names either at its place or in NEXT, and the next save ends what was begun.
"""

import fcntl
import os
import re
import secrets
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from core.base.atomic_files import write_whole
from core.bundles.case_files import NEXT, listed, manifest_bytes, sha256
from core.bundles.manifest import MANIFEST, belongs

PART = ".counterproof.part"
BEFORE = "before.json"  # in NEXT: the manifest that is being replaced
UNFINISHED = re.compile(r"(maps/)?\.[0-9a-f]{16}\.part")


def ready(folder: Path, inputs: Sequence[Path] = ()) -> None:
    """Make `folder` and see that a case can be written there, before anything long is computed.

    ValueError or OSError in one sentence if it cannot, or must not: see `expect_own`.
    """
    if folder.exists() and not folder.is_dir():
        raise NotADirectoryError(f"{folder} is a file; name a folder")
    if folder.is_dir():
        with _alone(folder):
            _finish(folder)
            expect_own(folder, inputs)
    attempt = folder / f".{secrets.token_hex(8)}.try"
    write_whole(attempt, b"")
    attempt.unlink()


def replace(folder: Path, files: Mapping[str, bytes], inputs: Sequence[Path] = ()) -> None:
    """Make `files`, by their names, the case in `folder`; ValueError or OSError leave what was there.

    Other files in the folder stay. Where this is killed, the earlier case or the new one is whole.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with _alone(folder):
        _finish(folder)
        expect_own(folder, inputs)
        part = folder / PART
        _clear(part)
        try:
            for name, raw in files.items():
                write_whole(part / name, raw)
            with suppress(FileNotFoundError):
                write_whole(part / BEFORE, (folder / MANIFEST).read_bytes())
            part.rename(folder / NEXT)
        finally:
            _clear(part)
        _finish(folder)


def expect_own(folder: Path, inputs: Sequence[Path] = ()) -> None:
    """ValueError unless `folder` is empty or holds a case of this program whose files are as they were written.

    None of them may be one of `inputs`, under whatever name, nor a link.
    """
    found = [path for path in folder.iterdir() if path.name not in (NEXT, PART)]
    if not found:
        return
    own = listed(manifest_bytes(folder / MANIFEST))
    if not own:
        raise ValueError(f"{folder} holds other files than a case that was written here; name an empty folder or a new")
    for path in sorted([*found, *(folder / "maps").glob("*")]):
        name = path.relative_to(folder).as_posix()
        if name == "maps" and path.is_dir() and not path.is_symlink() or not (belongs(name) or name == "maps"):
            continue
        if any(path.exists() and each.exists() and path.samefile(each) for each in inputs):
            raise ValueError(f"{path} is what is being read; name another folder for what is written")
        as_written = path.is_file() and not path.is_symlink() and (name == MANIFEST or sha256(path) == own.get(name))
        if not as_written:
            raise ValueError(f"{name} in {folder} is not the file that was written there; name another folder")


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Nobody else replaces the case meanwhile, in this process or another; where the system has locks for that."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        with suppress(OSError):
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _finish(folder: Path) -> None:
    """End a change that has begun: what lies in NEXT goes to its place."""
    coming = folder / NEXT
    if not coming.exists() and not coming.is_symlink():
        return
    if not coming.is_dir() or coming.is_symlink():
        raise ValueError(f"{coming} is in the way; move it away")
    files = sorted((path for path in coming.rglob("*") if not path.is_dir()), key=lambda path: path.name != MANIFEST)
    own = listed(manifest_bytes(coming / MANIFEST) or manifest_bytes(folder / MANIFEST))
    for path in files:
        name = path.relative_to(coming).as_posix()
        if name not in (MANIFEST, BEFORE) and (path.is_symlink() or sha256(path) != own.get(name)):
            raise ValueError(f"{coming} holds files that were not written here; move it away")
    before = listed(manifest_bytes(coming / BEFORE))
    for path in files:
        if path.name != BEFORE:
            target = folder / path.relative_to(coming)
            target.parent.mkdir(exist_ok=True)
            path.replace(target)
    for name in set(before) - set(own):
        if (folder / name).is_file() and sha256(folder / name) == before[name]:
            (folder / name).unlink()
    with suppress(OSError):  # other files may be in it
        (folder / "maps").rmdir()
    shutil.rmtree(coming)


def _clear(part: Path) -> None:
    """Remove what a killed save has left of its files."""
    if not part.exists() and not part.is_symlink():
        return
    if not part.is_dir() or part.is_symlink():
        raise ValueError(f"{part} is in the way; move it away")
    names = [path.relative_to(part).as_posix() for path in part.rglob("*") if not path.is_dir()]
    if not all(belongs(name) or name == BEFORE or UNFINISHED.fullmatch(name) for name in names):
        raise ValueError(f"{part} holds files that were not written here; move it away")
    shutil.rmtree(part)
