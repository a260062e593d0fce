"""Uploaded pictures: checked by being decoded (core.images.decode), kept as they came, and read again.

Of a DICOM file its pixels alone are kept. What a picture is called says also how it is looked at, where that is not as
the file itself asks: "upload/0123456789abcdef@frame3@-160:240" (core.images.view).
"""

import hashlib
import json
import re
from itertools import islice

from core.access.acting import acting
from core.access.belonging import belonging, is_visible
from core.base.atomic_files import write_whole
from core.base.paths import home
from core.images.decode import pixels_only
from core.images.picture import Picture, plain_name, stripped_picture
from core.images.view import FIRST, View
from core.untrusted.foreign_json import read_object

NAMELESS = "picture"
LARGEST = 10_000  # bytes of the file that holds an upload's name
_UPLOAD = re.compile(r"(upload/[0-9a-f]{16})(@[0-9a-z@:.+-]{1,80})?", re.ASCII)


def is_upload(image_id: str) -> bool:
    """Whether this is the name of an uploaded picture."""
    try:
        return bool(parts(image_id))
    except ValueError:
        return False


def parts(image_id: str) -> tuple[str, View]:
    """The name of the upload itself, and how it is looked at; ValueError if this names no upload.

    >>> parts("upload/0123456789abcdef@-160:240")
    ('upload/0123456789abcdef', View(frame=None, window=(-160.0, 240.0)))
    """
    found = _UPLOAD.fullmatch(image_id)
    if found is None:
        raise ValueError("there is no uploaded picture of that name")
    return found[1], View.read(found[2] or "")


def without_view(image_id: str) -> str:
    """The name of the picture itself, whatever its frame and window."""
    return parts(image_id)[0] if is_upload(image_id) else image_id


def uploaded(image_id: str) -> Picture:
    """The picture called "upload/0123456789abcdef"; ValueError in a sentence if it is not there, was changed, or
    belongs to others.
    """
    plain, view = parts(image_id)
    short = plain.partition("/")[2]
    path = home() / "uploads" / f"{short}.image"
    if not path.is_file() or not is_visible("uploads", short):
        raise ValueError("this uploaded picture is no longer here; upload it again")
    raw = path.read_bytes()
    if not hashlib.sha256(raw).hexdigest().startswith(short):
        raise ValueError("this uploaded picture was changed on disk; upload it again")
    return stripped_picture(raw, _name(short), view)


def may_see(image_id: str) -> bool:
    """Whether who is acting may see a picture: one of the gallery, or an upload that they have, or that is nobody's."""
    return not is_upload(image_id) or is_visible("uploads", parts(image_id)[0].partition("/")[2])


def _name(short: str) -> str:
    """The name an upload came under, from who is acting where people sign in; a plain one if that was not kept.

    It may be a patient's, so whoever else has the same picture is not told it.
    """
    whose = belonging("uploads", short)
    if (mine := whose.called()) is not None:
        return plain_name(mine)
    if acting().signed_in and not whose.nobodys():
        return NAMELESS
    try:
        name = read_object(home() / "uploads" / f"{short}.json", LARGEST).get("name")
    except (OSError, ValueError):
        return NAMELESS
    return plain_name(name) if isinstance(name, str) else NAMELESS


def upload_name(image_id: str) -> str:
    """What the upload of that id is called."""
    return _name(parts(image_id)[0].partition("/")[2])


def uploads(count: int) -> dict[str, str]:
    """Id -> name of the `count` uploads stored last that who is acting may see, the oldest of them first."""
    try:
        folder = home() / "uploads"
        found = sorted(folder.glob("*.image"), key=lambda path: path.stat().st_mtime) if folder.is_dir() else []
    except OSError:  # what cannot be looked at has none to offer
        return {}
    images = (path for path in reversed(found) if is_upload(f"upload/{path.stem}") and may_see(f"upload/{path.stem}"))
    latest = [*islice(images, count)]
    return {f"upload/{path.stem}": _name(path.stem) for path in reversed(latest)}


def keep_upload(raw: bytes, name: str, view: View = FIRST) -> str:
    """Store a picture's bytes as they came, of a DICOM file the pixels; returns its id, "upload/" and 16 digits of the
    sha256 of what is stored, and how it is looked at. It is theirs who are acting; two can have the same.

    ValueError in one sentence if it is no picture, OSError if it cannot be stored.
    """
    raw = pixels_only(raw, plain_name(name))
    made = stripped_picture(raw, name, view)
    short = parts(upload_id(made))[0].partition("/")[2]
    folder = home() / "uploads"
    image, told = folder / f"{short}.image", folder / f"{short}.json"
    whose = belonging("uploads", short)
    whose.claim(there=image.is_file(), called=made.name)  # before it is there: nobody else ever sees it
    if not acting().signed_in or not told.exists():
        name = NAMELESS if acting().signed_in else made.name  # of many who have it, each has a name of their own
        write_whole(told, json.dumps({"name": name, "sha256": made.sha256}).encode())
    write_whole(image, raw)
    return upload_id(made)


def upload_id(picture: Picture) -> str:
    """What a picture is called as an upload."""
    return f"upload/{picture.sha256[:16]}{picture.view}"
