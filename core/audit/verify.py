"""Whether the audit trail is whole, and what is not: the chain, its head, the receipts of runs, the files on disk.

What it cannot show: whoever may write all of these files can make all of it anew. A hash of the last entry that was
noted elsewhere (`expect`) shows that, too.
"""

from pathlib import Path

from core.access.permission import require
from core.audit.chain import check
from core.audit.entry import Entry
from core.audit.events import MENDED
from core.audit.findings import Finding, Report
from core.audit.hashes import file_hash
from core.audit.head import Head, read_head
from core.audit.places import trail_folder
from core.audit.read import read_lines
from core.audit.stored import Going, against_files
from core.audit.witnesses import against_receipts, all_receipts
from core.base.errors import Unreadable
from core.base.paths import home
from core.base.run_folder import runs_folder

CUT = "entries that were cut off its end before would not show here"


def verify(expect: str = "", *, files: bool = True, going: Going = lambda _: False) -> Report:
    """The state of this user's trail. OSError in one sentence if it cannot be read, Refused (a ValueError) if who asks
    may not read it.

    expect: the hash of an entry that was noted elsewhere, which must be among the entries; files: compare the files on
    disk with what the entries say; going: whether a worker is at the run in a folder, whose files are then left alone.
    """
    require("audit")
    place, runs = trail_folder(), runs_folder()
    busy = {path.name for path in runs.iterdir() if going(path)} if runs.is_dir() else set()
    held, findings = all_receipts(runs)  # before the head, and that before the entries: all grow
    head, trouble = _head(place)
    lines, torn = read_lines(place)
    stay, broken = check(lines, head)
    entries = tuple(line.entry for _, line in sorted(stay.items()) if line.entry is not None)
    findings = [*trouble, *broken, *against_receipts(stay, held), *findings]
    if head is None and not trouble and len(lines) > 1:  # a kill can leave the very first entry without a head
        findings.append(Finding("head", 0, f"the head file of the trail is missing: {CUT}"))
    findings += _mended(entries, place)
    notes = ["an entry was broken off while it was written; the next one will set it aside"] if torn else []
    if files:
        wrong, more = against_files(entries, home(), runs, lambda folder: folder.name in busy or going(folder))
        findings, notes = findings + wrong, notes + more
    if expect and expect.strip().lower() not in {entry.hash for entry in entries if entry.intact}:
        findings.append(
            Finding("expected", 0, "no entry has the hash that was expected: the trail was made anew, or cut")
        )
    order = sorted(findings, key=lambda each: (each.entry == 0, each.entry))
    return Report(entries, tuple(order), tuple(notes), entries[-1].hash if entries else "")


def _head(place: Path) -> tuple[Head | None, list[Finding]]:
    """The head, and why it cannot be read."""
    try:
        return read_head(place), []
    except Unreadable as error:
        return None, [Finding("head", 0, f"{error}: {CUT}")]


def _mended(entries: tuple[Entry, ...], place: Path) -> list[Finding]:
    """What entries say of the state in which they found the trail, where no kill explains it, and pieces set aside."""
    findings = []
    for entry in entries:
        if entry.event != MENDED:
            continue
        if what := entry.facts.get("head"):
            said = f"when entry {entry.n} was written the head file was {str(what)[:20]}: {CUT}"
            findings.append(Finding("head", entry.n, said))
        torn = entry.facts.get("torn")
        if isinstance(torn, dict):
            name = Path(str(torn.get("file"))).name
            try:
                same = file_hash(place / name) == torn.get("sha256")
            except OSError:
                same = False
            if not same:
                said = f"{name}, the torn piece that entry {entry.n} tells of, is gone or was altered"
                findings.append(Finding("file", entry.n, said))
    return findings
