"""Which code did it: the version of the package, the commit of a checkout, and a hash of the engine's files."""

import hashlib
import re
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from core.base.paths import ROOT

COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")


@cache
def code_version() -> dict[str, str]:
    """The "version"; the "commit", if this is a checkout; "sha256" of core/**/*.py, which edits change.

    Of the files as they are when a process asks for the first time.
    """
    try:
        found = {"version": version("counterproof")}
    except PackageNotFoundError:
        found = {"version": "unknown"}
    if commit := commit_of(ROOT):
        found["commit"] = commit
    return found | {"sha256": code_hash(ROOT / "core")}


def code_hash(folder: Path) -> str:
    """SHA-256 over path, length and bytes of every Python file below `folder`, in the order of their paths."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*.py")):
        raw = path.read_bytes()
        digest.update(f"{path.relative_to(folder).as_posix()}\n{len(raw)}\n".encode())
        digest.update(raw)
    return digest.hexdigest()


def commit_of(root: Path) -> str:
    """The commit that is checked out in `root`, read without git; "" where that is no checkout."""
    try:
        git = root / ".git"
        if git.is_file():  # a second work tree names the folder of its own
            git = root / git.read_text().removeprefix("gitdir:").strip()
        said = (git / "HEAD").read_text().strip()
        if COMMIT.fullmatch(said):
            return said
        name = said.removeprefix("ref:").strip()
        shared = git / (git / "commondir").read_text().strip() if (git / "commondir").is_file() else git
        for place in (git, shared):
            if (place / name).is_file():
                return (place / name).read_text().strip()
        packed = (shared / "packed-refs").read_text().splitlines()
        return next((line.partition(" ")[0] for line in packed if line.partition(" ")[2] == name), "")
    except (OSError, ValueError):
        return ""
