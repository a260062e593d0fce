"""Cases taken along: one zip with the folder of each, and casebook.json with what people wrote and said of them."""

import json
import tempfile
import zipfile
from collections.abc import Iterable
from dataclasses import asdict
from importlib.metadata import version
from typing import IO, Any

from core.casebook.answers import ExpertAnswer, answers_of
from core.casebook.casebook import Casebook
from core.casebook.records import SavedCase

INDEX = "casebook.json"
IN_MEMORY = 1 << 26  # bytes of the archive that are kept in memory; a larger one is written to a temporary file
MASKS = ("relevant", "spurious")


def zipped(casebook: Casebook, uids: Iterable[str]) -> IO[bytes]:
    """An open file, at its beginning, with the zip: UID/ the files of each case, UID/answers/ what experts marked.

    casebook.json: for each case what is noted of it, its tags and its answers, without strokes' pictures, which it
    names. ValueError in one sentence if one of the cases is not there, OSError if a file cannot be read.
    """
    out = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115  handed out open
    told = []
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for case in [casebook.get(uid) for uid in dict.fromkeys(uids)]:
            folder, answers = casebook.folder(case.uid), answers_of(casebook, case.uid)
            for path in sorted(folder.rglob("*")):
                if path.is_file() and not path.is_symlink():
                    archive.write(path, f"{case.uid}/{path.relative_to(folder).as_posix()}")
            for answer in answers:
                for name, raw in _masks(case, answer).items():
                    archive.writestr(name, raw)
            told.append(case.to_json() | {"answers": [_told(case, each) for each in answers]})
        index = {"kind": "counterproof casebook", "version": 1, "counterproof": version("counterproof"), "cases": told}
        archive.writestr(INDEX, json.dumps(index, indent=1, ensure_ascii=False) + "\n")
    out.seek(0)
    return out


def _masks(case: SavedCase, answer: ExpertAnswer) -> dict[str, bytes]:
    marked = {name: getattr(answer, name) for name in MASKS}
    return {f"{case.uid}/answers/{answer.uid}_{name}.png": raw for name, raw in marked.items() if raw is not None}


def _told(case: SavedCase, answer: ExpertAnswer) -> dict[str, Any]:
    """An answer as JSON; of what was marked, the name of its picture, None where nothing was."""
    masks = _masks(case, answer)
    named = {name: f"{case.uid}/answers/{answer.uid}_{name}.png" for name in MASKS}
    marked = {name: path if path in masks else None for name, path in named.items()}
    created = None if answer.created is None else answer.created.isoformat()
    return asdict(answer) | marked | {"created": created}
