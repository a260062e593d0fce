"""Where a command writes what it made: the folder or file as it was named, and that it may be written to."""

import argparse
from collections.abc import Sequence
from pathlib import Path


def out_folder(text: str) -> Path:
    """The folder, `~` put in full: a shell does not do that after `--out=`. For argparse, which says what it raises."""
    return _named(text, "folder")


def out_file(text: str) -> Path:
    """A file, likewise."""
    return _named(text, "file")


def _named(text: str, kind: str) -> Path:
    if not text.strip() or "\0" in text:
        raise argparse.ArgumentTypeError(f"expected the name of a {kind}, got nothing")
    try:
        return Path(text).expanduser()
    except RuntimeError as error:
        raise argparse.ArgumentTypeError(f"there is no home folder for {text.partition('/')[0]}") from error


def expect_ready(folder: Path | None, inputs: Sequence[Path]) -> None:
    """See that results can be written, and that no input lies in their way, before anything is computed."""
    if folder is not None:
        from core.bundles.write import ready

        ready(folder, inputs)


def expect_new(file: Path | None) -> None:
    """See that a file can be written, and that none lies in its place, before anything is computed."""
    if file is None:
        return
    if file.is_dir():
        raise ValueError(f"{file} is a folder; name a file")
    if file.exists():
        raise ValueError(f"{file} is there already; name another file")
    if not file.parent.is_dir():
        raise ValueError(f"there is no folder {file.parent}")


def expect_empty(folder: Path | None) -> None:
    """See that a folder holds nothing, before anything is computed; make it if it is not there."""
    if folder is None:
        return
    if folder.exists() and not folder.is_dir():
        raise ValueError(f"{folder} is a file; name a folder")
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise ValueError(f"{folder} holds files already; name an empty folder or a new one")
