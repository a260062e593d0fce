"""Where the audit trail lies, and what its files are called. Only the standard library is needed."""

from pathlib import Path

from core.base.paths import home

LOG = "trail.jsonl"  # an entry a line, the oldest first
HEAD = "head.json"  # how many entries there are, and the hash of the last
LOCK = "lock"  # held while an entry is written
TORN = "torn-{}.part"  # what a kill left of an entry, set aside


def trail_folder() -> Path:
    """The folder of this user's trail; OSError in one sentence if $COUNTERPROOF_HOME names none."""
    return home() / "audit"
