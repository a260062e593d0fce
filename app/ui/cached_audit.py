"""What Streamlit caches of the audit trail: its state, until an entry is added."""

import streamlit as st

from core.access.permission import require
from core.audit.findings import Report
from core.audit.places import HEAD, LOG, trail_folder
from core.audit.verify import verify
from core.base.file_stamp import file_stamp


def audit_report() -> Report:
    """The state of the audit trail, the stored files aside; OSError, Refused (a ValueError)."""
    require("audit")
    return _audit_report(audit_stamp())


def audit_stamp() -> str:
    """Changes when an entry is added or the trail is altered; OSError if it cannot be told where it lies."""
    place = trail_folder()
    return f"{place} {file_stamp(place / LOG, place / HEAD)}"


@st.cache_resource(max_entries=4, ttl=60, show_spinner=False)  # receipts may change without the trail
def _audit_report(stamp: str) -> Report:
    return verify(files=False)
