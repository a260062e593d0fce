"""The state of the audit trail in plain words: whether it is whole, why that can be told, and what cannot."""

from core.audit.findings import Report
from core.base.plain_line import plain_line

LONGEST = 300  # characters of what is quoted
CHAIN = (
    "Every entry names the fingerprint (SHA-256) of the one before it and is sealed with its own. So none can be "
    "changed, taken out, put in or moved without every later entry failing to fit. A separate file keeps the number "
    "and the fingerprint of the last entry, and every run keeps a receipt for each entry about it."
)
LIMITS = (
    "It cannot show what somebody did who may write all of these files: they can make the whole trail anew. Against "
    "that, note the fingerprint of the last entry elsewhere from time to time, on paper or in another system, and "
    "compare. It names the account that a program ran under, not the person at the keyboard; times are those of this "
    "machine's clock."
)


def state(report: Report) -> str:
    """The state of a trail as one sentence with its full stop."""
    count = len(report.entries)
    if report.whole and not count:
        return "The trail has no entries yet."
    if report.whole:
        return f"The trail is whole: {count:,} {'entry' if count == 1 else 'entries'}, each as it was written."
    rest = len(report.findings) - 1
    more = f"; and {rest} more {'finding' if rest == 1 else 'findings'}" if rest else ""
    return f"The trail is NOT whole: {plain_line(report.findings[0].said, LONGEST)}{more}."
