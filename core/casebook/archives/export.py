"""Cases taken along: one zip with the folder of each, and casebook.json with what people wrote and said of them."""

import json
import tempfile
import zipfile
from collections.abc import Iterable
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import IO, Any

from core.casebook.answers import HERE_ONLY, ExpertAnswer, answers_of
from core.casebook.archives.limits import LARGEST_INDEX, MOST_ANSWERS, MOST_BYTES, MOST_CASES, MOST_FILES, largest
from core.casebook.casebook import Casebook
from core.casebook.records import SavedCase

INDEX = "casebook.json"
IN_MEMORY = 1 << 26  # bytes of the archive that are kept in memory; a larger one is written to a temporary file
MASKS = ("relevant", "spurious")


def zipped(casebook: Casebook, uids: Iterable[str]) -> IO[bytes]:
    """An open file, at its beginning, with the zip: UID/ the files of each case, UID/answers/ what experts marked.

    casebook.json: for each case what is noted of it, its tags and its answers, without strokes' pictures, which it
    names. ValueError in one sentence if one of the cases is not there, or they are more than can be brought in again,
    OSError if a file cannot be read.
    """
    cases = [casebook.get(uid) for uid in dict.fromkeys(uids)]
    _expect(len(cases), MOST_CASES, "cases")
    out = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115  handed out open
    try:
        _write(casebook, cases, out)
    except BaseException:
        out.close()
        raise
    out.seek(0)
    return out


def refusal(casebook: Casebook, uids: Iterable[str]) -> str:
    """Why these cannot be taken along, in one sentence, as far as their files say without a look inside; "" if none."""
    try:
        cases = [casebook.get(uid) for uid in dict.fromkeys(uids)]
        _expect(len(cases), MOST_CASES, "cases")
        sizes = [path.stat().st_size for case in cases for path in _files(casebook, case)]
        _expect(len(sizes) + 1, MOST_FILES, "files")
        _expect(sum(sizes), MOST_BYTES, "bytes")
    except OSError:  # whose words name a folder of this machine
        return "a file of these cases cannot be read"
    except ValueError as error:
        return str(error)
    return ""


def _files(casebook: Casebook, case: SavedCase) -> list[Path]:
    """The files of a case, in order; ValueError if one of them is larger than is brought in again."""
    folder = casebook.folder(case.uid)
    paths = [path for path in sorted(folder.rglob("*")) if path.is_file() and not path.is_symlink()]
    for path in paths:
        if path.stat().st_size > largest(name := path.relative_to(folder).as_posix()):
            raise ValueError(f"{name} of case {case.uid} is larger than can be imported again; leave it out")
    return paths


def _write(casebook: Casebook, cases: Iterable[SavedCase], out: IO[bytes]) -> None:
    told, size, count = [], 0, 1  # casebook.json itself is a file
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for case in cases:
            folder, answers = casebook.folder(case.uid), answers_of(casebook, case.uid)
            _expect(len(answers), MOST_ANSWERS, "answers to one case")
            paths = _files(casebook, case)
            masks = {name: raw for answer in answers for name, raw in _masks(case, answer).items()}
            count += len(paths) + len(masks)
            size += sum(path.stat().st_size for path in paths) + sum(map(len, masks.values()))
            _expect(count, MOST_FILES, "files")
            _expect(size, MOST_BYTES, "bytes")
            for path in paths:
                archive.write(path, f"{case.uid}/{path.relative_to(folder).as_posix()}")
            for name, raw in masks.items():
                archive.writestr(name, raw)
            told.append(case.to_json() | {"answers": [_told(case, each) for each in answers]})
        index = {"kind": "counterproof casebook", "version": 1, "counterproof": version("counterproof"), "cases": told}
        listed = (json.dumps(index, indent=1, ensure_ascii=False) + "\n").encode()
        _expect(len(listed), LARGEST_INDEX, f"bytes in {INDEX}")
        _expect(size + len(listed), MOST_BYTES, "bytes")
        archive.writestr(INDEX, listed)


def _expect(count: int, most: int, what: str) -> None:
    """ValueError in one sentence if it is more than an archive may hold."""
    if count > most:
        raise ValueError(f"an archive holds at most {most:,} {what}, and these would be {count:,}; take fewer cases")


def _masks(case: SavedCase, answer: ExpertAnswer) -> dict[str, bytes]:
    marked = {name: getattr(answer, name) for name in MASKS}
    return {f"{case.uid}/answers/{answer.uid}_{name}.png": raw for name, raw in marked.items() if raw is not None}


def _told(case: SavedCase, answer: ExpertAnswer) -> dict[str, Any]:
    """An answer as JSON; of what was marked, the name of its picture, None where nothing was."""
    masks = _masks(case, answer)
    named = {name: f"{case.uid}/answers/{answer.uid}_{name}.png" for name in MASKS}
    marked = {name: path if path in masks else None for name, path in named.items()}
    created = None if answer.created is None else answer.created.isoformat()
    told = {name: value for name, value in asdict(answer).items() if name not in HERE_ONLY}
    return told | marked | {"created": created}
