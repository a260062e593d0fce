"""Uploaded pictures: checked by being decoded (core.images.decode), kept as they came, and read again."""

import hashlib
import json
import re
from pathlib import Path

from core.base.atomic_files import write_whole
from core.base.paths import home
from core.images.picture import Picture, plain_name, read_picture
from core.untrusted.foreign_json import read_object

LARGEST = 10_000  # bytes of the file that holds an upload's name
_UPLOAD = re.compile(r"upload/([0-9a-f]{16})")


def is_upload(image_id: str) -> bool:
    """Whether this is the name of an uploaded picture."""
    return _UPLOAD.fullmatch(image_id) is not None


def uploaded(image_id: str) -> Picture:
    """The picture called "upload/0123456789abcdef"; ValueError in a sentence if it is not there, or was changed."""
    short = image_id.partition("/")[2]
    path = home() / "uploads" / f"{short}.image"
    if not path.is_file():
        raise ValueError("this uploaded picture is no longer here; upload it again")
    raw = path.read_bytes()
    if not hashlib.sha256(raw).hexdigest().startswith(short):
        raise ValueError("this uploaded picture was changed on disk; upload it again")
    return read_picture(raw, _name(path.with_suffix(".json")))


def _name(path: Path) -> str:
    """The name an upload came under; a plain one if that was not kept."""
    try:
        name = read_object(path, LARGEST).get("name")
    except (OSError, ValueError):
        return "picture"
    return plain_name(name) if isinstance(name, str) else "picture"


def uploads(count: int) -> dict[str, str]:
    """Id -> name of the `count` uploads stored last, the oldest of them first."""
    try:
        folder = home() / "uploads"
        found = sorted(folder.glob("*.image"), key=lambda path: path.stat().st_mtime) if folder.is_dir() else []
    except OSError:  # what cannot be looked at has none to offer
        return {}
    named = {f"upload/{path.stem}": _name(path.with_suffix(".json")) for path in found[-count:]}
    return {image: name for image, name in named.items() if is_upload(image)}


def keep_upload(raw: bytes, name: str) -> str:
    """Store a picture's bytes as they came; returns its id, "upload/" and 16 digits of its sha256.

    ValueError in one sentence if it is no picture, OSError if it cannot be stored.
    """
    made = read_picture(raw, name)
    short = upload_id(made).partition("/")[2]
    folder = home() / "uploads"
    write_whole(folder / f"{short}.json", json.dumps({"name": made.name, "sha256": made.sha256}).encode())
    write_whole(folder / f"{short}.image", raw)
    return upload_id(made)


def upload_id(picture: Picture) -> str:
    """What a picture is called as an upload."""
    return f"upload/{picture.sha256[:16]}"
