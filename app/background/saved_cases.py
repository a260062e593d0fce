"""Cases on disk: found again after a restart, computed anew where they are damaged, the oldest removed."""

import logging
import shutil
from pathlib import Path

from core.base.paths import folder, home
from core.bundles import read, write
from core.study.case import Case
from core.study.study import Study

log = logging.getLogger("counterproof")
KEPT_ON_DISK = 200


def to_disk(study: Study) -> None:
    """Save a study that holds maps; previews of the attack alone are quick to make again."""
    if study.maps:
        keep(study)


def keep(study: Study) -> None:
    """Save a study, whatever it holds, in place of what was saved of its case."""
    try:
        cases = folder("cases")
        place = cases / study.case.id
        try:
            write.save(study, place, pictures=False)
        except (ValueError, FileExistsError, NotADirectoryError, IsADirectoryError) as error:
            log.warning("the saved case %s is damaged and is replaced: %s", study.case.id, error)
            _remove(place)
            write.save(study, place, pictures=False)
        for each in sorted(cases.iterdir(), key=lambda path: path.lstat().st_mtime, reverse=True)[KEPT_ON_DISK:]:
            _remove(each)
    except (ValueError, OSError) as error:
        log.warning("the case could not be saved: %s", error)


def from_disk(case: Case) -> Study | None:
    """The study of this case that was saved here; None if there is none, or it is damaged, or of another case."""
    try:
        study = read.load(home() / "cases" / case.id)
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        log.warning("the saved case %s could not be read: %s", case.id, error)
        return None
    return study if study.case == case else None


def _remove(place: Path) -> None:
    """Remove whatever lies there; a link, not what it leads to."""
    if place.is_dir() and not place.is_symlink():
        shutil.rmtree(place, ignore_errors=True)
    else:
        place.unlink(missing_ok=True)
