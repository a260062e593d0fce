"""The audit trail to take along: as JSON lines, which any program can check, and as a page for people."""

from core.access.permission import require
from core.audit.findings import Report
from core.audit.page import page
from core.audit.places import trail_folder
from core.audit.read import read_lines
from core.audit.words import of_run


def as_page(report: Report, run: str = "") -> bytes:
    """HTML of all entries, or of those about one run; the state is always that of the whole trail."""
    entries = of_run(report.entries, run) if run else report.entries
    return page(report, entries, run).encode()


def as_lines(run: str = "") -> bytes:
    """The lines as they stand in the file, all or those about one run, without a torn piece at the end.

    OSError; Refused (a ValueError) if who asks may not read the trail.
    """
    require("audit")
    lines, _ = read_lines(trail_folder())
    return b"".join(line.raw for line in lines if not run or (line.entry is not None and line.entry.run == run))
