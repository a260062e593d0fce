"""Archives of cases for tests: exported, and packed again with something changed in them."""

import io
import json
import zipfile
from collections.abc import Callable
from typing import Any

from core.casebook.archives.export import INDEX, zipped
from core.casebook.casebook import Casebook

Files = dict[str, bytes]


def exported(book: Casebook, *uids: str) -> Files:
    """The files of an exported archive by their names."""
    with zipfile.ZipFile(zipped(book, uids)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(files: Files) -> io.BytesIO:
    """An archive with these files."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, raw in files.items():
            archive.writestr(name, raw)
    out.seek(0)
    return out


def told(files: Files, change: Callable[[dict[str, Any]], object], name: str = INDEX) -> Files:
    """The files, the JSON in one of them changed in place."""
    index = json.loads(files[name])
    change(index)
    return files | {name: json.dumps(index).encode()}
