"""Under the example masks of a cycle: which training images they are of, and the audit trail's entry about them."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import streamlit as st

from app.access.allowed import may
from app.ui.cached_audit import audit_report
from core.audit.entry import Entry
from core.audit.events import MASKS
from core.audit.words import of_run

SHOWN = 8  # pictures in a strip: app/ui/mask_pictures.py
HELP = (
    "Numbers count the images this run learns from, from 0, in their order. The examples lie in the run’s "
    "folder as {file}."
)
ALL = " The fingerprint (SHA-256) of all {images} masks of this cycle is {sha256}."


def trace_of(folder: Path, file: str) -> Entry | None:
    """The last entry about the masks in `file`, a name within the run’s folder; None if there is none to see."""
    if not may("audit"):
        return None
    try:
        entries = of_run(audit_report().entries, folder.name)
    except OSError:
        return None
    return next((entry for entry in reversed(entries) if entry.event == MASKS and file in entry.files), None)


def show_trace(folder: Path, path: Path) -> None:
    """A line under a strip of examples; nothing for a run that the trail does not know."""
    file = path.relative_to(folder).as_posix()
    entry = trace_of(folder, file)
    if entry is not None:
        st.caption(sentence(entry), help=HELP.format(file=file) + _whole(entry.facts))


def sentence(entry: Entry) -> str:
    """Which images the pictures of a strip are, from left to right, and the entry's number."""
    of = entry.facts.get("examples_of")
    numbers = [str(each) for each in of if isinstance(each, int)][:SHOWN] if isinstance(of, list) else []
    kind = "marked pictures" if entry.facts.get("kind") == "marked" else "training images"
    named = f"From left to right: {kind} {', '.join(numbers)}. " if numbers else ""
    return f"{named}Entry {entry.n} of the audit trail{'' if entry.intact else ', which was altered'}."


def _whole(facts: Mapping[str, Any]) -> str:
    """The hash of all masks; "" where only those of the examples were looked at."""
    images, digest = facts.get("images"), str(facts.get("masks_sha256", ""))
    return ALL.format(images=f"{images:,}", sha256=digest) if isinstance(images, int) and digest.isalnum() else ""
