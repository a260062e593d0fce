"""The audit trail of one run on the Runs page: its entries in plain words, the state of the trail, and downloads."""

from collections.abc import Callable, Sequence

import pandas as pd
import streamlit as st

from app.access.allowed import may
from app.runs.facts import RunFacts
from app.ui.cached_audit import audit_report, audit_stamp
from app.ui.markdown import plain
from app.ui.state import kept
from core.access.acting import as_now
from core.audit import people_words, words
from core.audit.entry import Entry
from core.audit.export import as_lines, as_page
from core.audit.findings import Finding, Report
from core.audit.state_words import CHAIN, LIMITS, state
from core.audit.verify import verify
from core.base.plain_line import plain_line
from core.base.run_folder import LOCK
from core.runs.files import held

HEADS = {
    "entry": "Its number in the trail of all runs.", "when (UTC)": "By the clock of this machine.",
    "who": "The person who was signed in, or the account that the program ran under.", "what happened": "",
    "best weights": "The beginning of the fingerprint (SHA-256) of the best weights so far: no other weights have it.",
    "code": "The version of this program that wrote the entry; the page to download tells more.",
}  # fmt: skip
LISTED = 10  # findings on the page
NONE = (
    "The trail has no entry about this run: it was made before there was one, or while the trail could not be written."
)
LAST = "To notice if somebody makes the whole trail anew, note this elsewhere from time to time and compare it later."
FILES = (
    "Compares settings, weights, cards, masks and results of all runs on this disk with what the trail says of them."
)
FIT = "All stored files that the trail answers for are as they were."


def show_audit(facts: RunFacts) -> None:
    """Folded; the line says whether the trail is whole. Nothing of it for who may not read it."""
    if not may("audit"):
        return
    try:
        report = audit_report()
    except OSError as error:
        st.warning(plain(f"The audit trail cannot be read: {error}.", 300))
        return
    entries = words.of_run(report.entries, facts.run.id)
    with st.expander(f"Audit trail ({_label(report, entries)})"):
        _show_state(report, "The trail")
        if entries:
            helped = {name: st.column_config.Column(help=help) for name, help in HEADS.items() if help}
            st.dataframe(table(entries), width="stretch", hide_index=True, column_config=helped)
        else:
            st.caption(NONE)
        if report.head:
            st.caption(f"Fingerprint of the last entry of all: {report.head}", help=LAST)
        with st.container(horizontal=True):
            _buttons(report, facts.run.id)
        _show_files(facts.run.id)


def table(entries: Sequence[Entry]) -> pd.DataFrame:
    """A line for each entry, in plain words."""
    rows = []
    for entry in entries:
        sentence = words.sentence(entry)
        said = f"{'' if entry.intact else 'ALTERED. '}{sentence[:1].upper()}{sentence[1:]}"
        rows.append((entry.n, words.moment(entry.time), plain_line(people_words.who(entry), 80), said,
                     plain_line(words.weights_of(entry), 64)[:16], words.code(entry)))  # fmt: skip
    return pd.DataFrame(rows, columns=[*HEADS])


def _label(report: Report, entries: Sequence[Entry]) -> str:
    count = f"{len(entries)} {'entry' if len(entries) == 1 else 'entries'}"
    return f"{count}, whole" if report.whole else f"{count}, :red[not whole]"


def _show_state(report: Report, what: str) -> None:
    if report.whole:
        st.markdown(f"✔ {plain(state(report), 400)}", help=f"{CHAIN} {LIMITS}")
        return
    st.error(f"{what} is not whole: entries were changed, or files about them, after they were written.")
    st.markdown(_listed(report.findings), help=f"{CHAIN} {LIMITS}")


def _listed(findings: Sequence[Finding]) -> str:
    lines = [f"- {plain(each.said[:1].upper() + each.said[1:], 400)}." for each in findings[:LISTED]]
    more = len(findings) - LISTED
    return "\n".join(lines + [f"- and {more} more; the page to download names all."] * (more > 0))


def _buttons(report: Report, run: str) -> None:
    _download("This run as a page (HTML)", as_now(lambda: as_page(report, run)), f"{run}-audit.html", "text/html")
    _download("The whole trail as a page (HTML)", as_now(lambda: as_page(report)), "audit.html", "text/html")
    _download("The whole trail (JSON lines)", as_now(as_lines), "audit.jsonl", "application/jsonl")
    if st.button("Check the stored files", key="audit files", icon=":material/fact_check:", help=FILES):
        checked: dict[str, tuple[str, tuple[Finding, ...]]] = kept("audit files", {})
        found = verify(going=lambda folder: held(folder / LOCK)).findings
        checked[run] = audit_stamp(), tuple(each for each in found if each.kind == "file")


def _show_files(run: str) -> None:
    """What the last press has found, as long as nothing was added to the trail."""
    checked: dict[str, tuple[str, tuple[Finding, ...]]] = kept("audit files", {})
    stamp, found = checked.get(run, ("", ()))
    if not stamp or stamp != audit_stamp():
        return
    if found:
        st.error("Some stored files are not those that the trail answers for.")
        st.markdown(_listed(found))
    else:
        st.markdown(f"✔ {FIT}")


def _download(title: str, data: Callable[[], bytes], file: str, kind: str) -> None:
    st.download_button(title, data=data, file_name=file, mime=kind, on_click="ignore")
