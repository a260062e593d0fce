"""Cases brought in from an archive that another casebook has written, or from a case downloaded on its page.

All of an archive comes in, or nothing of it. What people wrote is taken from casebook.json; what was computed is read
back and checked like any bundle, and everything else by which a case is found is read off that.
"""

import shutil
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from core.access.permission import require
from core.audit.events import IMPORTED
from core.audit.record import record
from core.base.atomic_files import write_whole
from core.base.errors import Unreadable
from core.base.plain_line import plain_line
from core.bundles.case_files import sha256
from core.bundles.comparison_folder import COMPARISON
from core.bundles.manifest import LARGEST, MANIFEST
from core.casebook import texts
from core.casebook.archives.export import INDEX
from core.casebook.archives.import_files import expect_listed, expect_room, files_by_case, unpack
from core.casebook.archives.import_index import Told, read_index
from core.casebook.archives.import_rows import Coming, Imported, bring_in
from core.casebook.archives.limits import LARGEST_INDEX, MOST_FILES
from core.casebook.casebook import Casebook
from core.casebook.facts import facts, suggested_title
from core.casebook.folders import bringing_in, flush, read_folder
from core.casebook.places import THUMBNAIL, hidden, new_uid
from core.casebook.records import Kind
from core.casebook.tables import CaseRow
from core.casebook.thumbnail import thumbnail
from core.images.uploads import is_upload
from core.untrusted.bounded_zip import BoundedZip
from core.untrusted.foreign_json import parse_object

INDEX_OF: dict[Kind, str] = {"image": MANIFEST, "comparison": COMPARISON}


@dataclass(frozen=True)
class _Found:
    """A case in the archive: what is told of it, None for a single one; its files; and where it is unpacked."""

    told: Told | None
    kind: Kind
    files: dict[str, str]
    part: Path


def import_zip(casebook: Casebook, file: Path | IO[bytes], called: str) -> Imported:
    """Bring in the cases of an archive, an open file or a place, that people know as `called`.

    A case that is here already, of the same uid and the same in everything, is left as it is, and gets the answers
    that are not here yet, unless it is another's; another of that uid comes in under a new one. ValueError or OSError
    in one sentence, and the casebook as it was, if anything in the archive is not as it must be, or who is acting may
    not bring in cases.
    """
    require("upload")
    parts: list[Path] = []
    try:
        with bringing_in(casebook.cases):
            with BoundedZip(file, called, most=MOST_FILES) as archive:
                found = _found(casebook, archive)
                expect_room(archive, casebook.cases)
                coming = []
                for each in found:
                    parts.append(each.part)
                    coming.append(_unpacked(archive, each))
            made = bring_in(casebook, coming)
    finally:
        for part in parts:
            shutil.rmtree(part, ignore_errors=True)
    if made.added or made.answers:
        added, count = [case.uid for case in made.added], made.answers + made.brought
        record(IMPORTED, {"cases": added, "answered": [*made.answered], "answers": count})
    return made


def _found(casebook: Casebook, archive: BoundedZip) -> list[_Found]:
    """What cases there are: the folders that casebook.json tells of, no more and no fewer, or one at the top."""
    files = files_by_case(archive)
    if INDEX in archive.members:
        told = read_index(archive.read(INDEX, LARGEST_INDEX), archive.read, archive.members)
        if left := set(files) ^ {each.uid for each in told}:
            raise Unreadable(f"{archive.called}: {INDEX} does not tell of the same cases as the folders, {min(left)}")
        return [_Found(each, each.kind, files[each.uid], _part(casebook)) for each in told]
    kinds: list[Kind] = [kind for kind, index in INDEX_OF.items() if index in files.get("", {})]
    if set(files) != {""} or len(kinds) != 1:
        raise Unreadable(f"{archive.called} holds no cases: it has neither {INDEX} nor one {MANIFEST} at its top")
    return [_Found(None, kinds[0], files[""], _part(casebook))]


def _part(casebook: Casebook) -> Path:
    return casebook.cases / hidden(new_uid())


def _unpacked(archive: BoundedZip, found: _Found) -> Coming:
    """A case unpacked into its part and read back whole."""
    told, index = found.told, INDEX_OF[found.kind]
    called = archive.called if told is None else f"{archive.called}: case {told.uid}"
    if index not in found.files:
        raise Unreadable(f"{called} lacks {index}")
    named = parse_object(archive.read(found.files[index], LARGEST), f"{called}: {index}", LARGEST).get("files")
    expect_listed(found.files, named if isinstance(named, dict) else {}, index, called)
    found.part.mkdir(parents=True)
    unpack(archive, found.files, found.part)
    try:
        contents = read_folder(found.part, found.kind)
        columns = facts(contents, told.label if told else "")
        if told is not None and columns["study_id"] != told.study_id:
            raise Unreadable(f"{INDEX} tells of another study than the one in its folder")
        write_whole(found.part / THUMBNAIL, thumbnail(contents))
    except ValueError as error:
        raise Unreadable(f"{called}: {plain_line(str(error), 500)}") from error
    if told is not None and is_upload(columns["image"]) and told.image_name:
        columns["image_name"] = told.image_name  # the picture may not be here, so nobody else knows what it was called
    now = datetime.now(UTC)
    if told is None:
        told = Told("", found.kind, suggested_title(contents), "", (), now, now, columns["study_id"], "", "", ())
    row = CaseRow(
        title=texts.title(told.title), note=told.note, created=told.created, changed=told.changed, source="import",
        **columns,
    )  # fmt: skip
    flush(found.part)
    return Coming(replace(told, study_id=columns["study_id"]), row, found.part, index, sha256(found.part / index))
