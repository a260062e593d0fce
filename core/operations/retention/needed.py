"""Which uploads are still needed: by a saved case, also a deleted one that can be restored, its folder, or a run."""

import re
from contextlib import suppress
from pathlib import Path

from sqlalchemy import select

from core.base.run_folder import SPEC, is_name, runs_folder
from core.batch.collection import FOLDER, LARGEST
from core.bundles.manifest import LARGEST as LARGEST_MANIFEST
from core.bundles.manifest import MANIFEST
from core.casebook.casebook import Casebook
from core.casebook.places import CASES, DATABASE, LOST, casebook_folder
from core.casebook.tables import CaseRow
from core.operations.retention.item import YOUNG
from core.untrusted.regular_files import read_regular

_UPLOAD = re.compile(rb"upload/([0-9a-f]{16})")
_SET = re.compile(rb"set/([0-9a-f]{16})")


def casebook() -> Casebook | None:
    """The user's casebook; None where there is none yet. ValueError or OSError in one sentence if it cannot be had."""
    return Casebook.usual() if (casebook_folder() / DATABASE).exists() else None


def needed(kept: Casebook | None, home: Path, now: float) -> dict[str, str]:
    """The 16 digits of each upload that is needed -> by what, in words.

    OSError if a run cannot be looked at: what it needs is then not known, and nothing may go.
    """
    found, known = _by_runs(home, now), set[str]()
    if kept is not None:
        with kept.session() as session:
            for uid, image in session.execute(select(CaseRow.uid, CaseRow.image)):
                known.add(uid)
                found |= dict.fromkeys(_uploads(str(image).encode()), "a saved case")
    return found | _by_folders(known)


def _by_folders(known: set[str]) -> dict[str, str]:
    """Of the folders of cases that are in no row: the database may have been lost, or an older one put in its place."""
    found: dict[str, str] = {}
    for place in (casebook_folder() / CASES, casebook_folder() / LOST):
        for folder in place.iterdir() if place.is_dir() else ():
            for path in folder.rglob(MANIFEST) if folder.name not in known and not folder.is_symlink() else ():
                with suppress(FileNotFoundError):  # gone meanwhile
                    found |= dict.fromkeys(_uploads(read_regular(path, LARGEST_MANIFEST)), "the folder of a case")
    return found


def _by_runs(home: Path, now: float) -> dict[str, str]:
    """Of what every run was asked to do, and of the sets of pictures that runs name or that are just being gathered."""
    found: dict[str, str] = {}
    sets: set[str] = set()
    runs, gathered = runs_folder(), home / FOLDER
    for folder in runs.iterdir() if runs.is_dir() else ():
        if not is_name(folder.name):
            continue
        try:
            spec = read_regular(folder / SPEC, LARGEST)
        except (FileNotFoundError, NotADirectoryError, ValueError):  # no run can be made of it any more
            continue
        found |= dict.fromkeys(_uploads(spec), "a run")
        sets |= {each.decode() for each in _SET.findall(spec)}
    for path in gathered.glob("*.json") if gathered.is_dir() else ():
        if path.stem in sets or now - path.lstat().st_mtime < 24 * YOUNG:
            found |= dict.fromkeys(_uploads(read_regular(path, LARGEST)), "a set of pictures")
    return found


def _uploads(raw: bytes) -> list[str]:
    return [each.decode() for each in _UPLOAD.findall(raw)]
