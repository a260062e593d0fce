"""The files in an archive of cases: which may be in it, whose they are, and how one case's are unpacked."""

import re
import shutil
import stat
from collections.abc import Collection, Mapping
from pathlib import Path

from core.base.atomic_files import whole
from core.base.errors import Unreadable
from core.bundles.comparison_folder import COMPARISON, belongs_here
from core.bundles.manifest import belongs
from core.casebook.archives.export import INDEX
from core.casebook.archives.limits import MASK, MOST_BYTES, largest
from core.casebook.places import THUMBNAIL
from core.untrusted.bounded_zip import BoundedZip
from core.untrusted.zip_member import PIECE, shown

_OF_CASE = re.compile(r"([0-9a-f]{16})/(.+)")


def files_by_case(archive: BoundedZip) -> dict[str, dict[str, str]]:
    """Uid -> file name within the case -> name in the archive; "" for a single case that lies at the top.

    Unreadable in one sentence for a name that no case has, for what is no plain file, and for too many bytes.
    """
    found: dict[str, dict[str, str]] = {}
    for name, info in archive.members.items():
        kind = stat.S_IFMT(info.external_attr >> 16)
        if kind not in (0, stat.S_IFREG):
            raise Unreadable(f"{archive.called}: {shown(name)} is a link or something else that is no plain file")
        if name == INDEX:
            continue
        inside = _OF_CASE.fullmatch(name)
        uid, own = (inside[1], inside[2]) if inside else ("", name)
        if not allowed(own):
            raise Unreadable(f"{archive.called}: {shown(name)} is not a file that belongs to a case")
        if info.file_size > largest(own):
            raise Unreadable(f"{archive.called}: {shown(name)} is far larger than such a file can be")
        found.setdefault(uid, {})[own] = name
    if sum(info.file_size for info in archive.members.values()) > MOST_BYTES:
        raise Unreadable(f"{archive.called} unpacks to more than {MOST_BYTES / 10**9:g} GB")
    return found


def allowed(name: str) -> bool:
    """Whether a file in a case's folder of an archive may be called so.

    >>> [allowed(name) for name in ("manifest.json", "before/arrays.npz", "../x", "/etc/x", "inner.zip", "maps/x.svg")]
    [True, True, False, False, False, False]
    """
    return belongs(name) or belongs_here(name) or name in (COMPARISON, THUMBNAIL) or bool(MASK.fullmatch(name))


def expect_room(archive: BoundedZip, folder: Path) -> None:
    """OSError unless all of the archive has room on the disk of `folder`."""
    needed, free = sum(info.file_size for info in archive.members.values()), shutil.disk_usage(folder).free
    if needed > 0.9 * free:
        raise OSError(f"{archive.called} unpacks to {needed / 10**9:.1f} GB, and the disk has {free / 10**9:.1f} GB")


def unpack(archive: BoundedZip, files: Mapping[str, str], folder: Path) -> None:
    """Write a case's bundle into `folder`, all but the thumbnail and what experts marked."""
    for name, member in files.items():
        if name == THUMBNAIL or MASK.fullmatch(name):
            continue
        with archive.open(member) as file, whole(folder / name) as out:
            for piece in file.pieces(PIECE):
                out.write(piece)


def expect_listed(files: Collection[str], listed: Collection[str], index: str, called: str) -> None:
    """Unreadable unless `index`, which lists the others, is there and every file of the bundle is listed."""
    own = {name for name in files if name not in (THUMBNAIL, index) and not MASK.fullmatch(name)}
    if left := sorted(own - set(listed)):
        raise Unreadable(f"{called}: {shown(left[0])} is not among the files that {index} names")
