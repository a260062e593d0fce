"""The audit trail as one HTML page: it opens offline, loads and executes nothing, and whatever it quotes is escaped."""

import html
import json
from collections.abc import Iterable, Sequence
from typing import Any

from core.audit import people_words, words
from core.audit.entry import Entry
from core.audit.findings import Report
from core.audit.state_words import CHAIN, LIMITS, state
from core.base.plain_line import printable

ALONE = "default-src 'none'; style-src 'unsafe-inline'"
STYLE = (
    "body{font:16px/1.45 sans-serif;margin:2rem auto;max-width:76rem;padding:0 1rem;color:#1a1a1a;background:#fff}"
    "table{border-collapse:collapse;width:100%}th,td{border-bottom:1px solid #ccc;padding:.35rem .6rem;text-align:left;"
    "vertical-align:top}td:first-child{text-align:right}code,pre{font-size:.85em;overflow-wrap:anywhere}"
    "pre{white-space:pre-wrap;background:#f4f4f4;padding:.6rem}"
    ".whole{border-left:.4rem solid #1a7f37;padding-left:.8rem}"
    ".broken{border-left:.4rem solid #b3261e;padding-left:.8rem}summary{cursor:pointer;color:#444}"
    "@media print{details{display:none}}"
)
HEADINGS = ("No.", "When (UTC)", "Who", "What happened", "Run", "Model that came out")


def page(report: Report, entries: Sequence[Entry], about: str = "") -> str:
    """The whole page. entries: those to show, the oldest first; about: the run they are about, "" for all there is."""
    title = f"Audit trail of run {about}" if about else "Audit trail"
    parts = [f"<h1>{html.escape(title)}</h1>", f"<p>{html.escape(CHAIN)}</p>", _state(report)]
    parts += [f"<p>Fingerprint of the last entry: <code>{html.escape(report.head or 'none yet')}</code></p>"]
    parts += ["<h2>What happened</h2>", _table(entries)]
    parts += ["<h2>What it cannot show</h2>", f"<p>{html.escape(LIMITS)}</p>"]
    body = "\n".join(parts)
    return (f'<!doctype html><html lang="en"><head><meta charset="utf-8">'
            f'<meta http-equiv="Content-Security-Policy" content="{ALONE}">'
            f"<title>{html.escape(title)}</title><style>{STYLE}</style></head>"
            f"<body>\n{body}\n</body></html>\n")  # fmt: skip


def _state(report: Report) -> str:
    found = [f"<p><strong>{html.escape(state(report))}</strong></p>"]
    found += [_list(f"{each.said}." for each in report.findings), _list(f"Note: {note}." for note in report.notes)]
    return f'<div class="{"whole" if report.whole else "broken"}">{"".join(found)}</div>'


def _list(sentences: Iterable[str]) -> str:
    items = "".join(f"<li>{html.escape(printable(each))}</li>" for each in sentences)
    return f"<ul>{items}</ul>" if items else ""


def _table(entries: Sequence[Entry]) -> str:
    head = "".join(f"<th>{each}</th>" for each in HEADINGS)
    return f"<table><tr>{head}</tr>{''.join(map(_row, entries))}</table>"


def _whole(entry: Entry) -> dict[str, Any]:
    named = {"person": entry.person} if entry.person else {}
    return {"account": entry.who, **named, "facts": entry.facts, "code": entry.code, "before": entry.before,
            "hash": entry.hash}  # fmt: skip


def _row(entry: Entry) -> str:
    said = words.sentence(entry)
    whole = json.dumps(_whole(entry), indent=1)
    more = f"<details><summary>all of it</summary><pre>{html.escape(whole)}</pre></details>"
    altered = "" if entry.intact else "<strong>This entry was altered.</strong> "
    weights = words.weights_of(entry)
    name = html.escape(printable(words.came_out(entry)))
    model = f"{name}<br>best weights <code>{html.escape(printable(weights))}</code>" if weights else ""
    cells = [str(entry.n), html.escape(words.moment(entry.time)), html.escape(printable(people_words.who(entry))),
             f"{altered}{html.escape(said[:1].upper() + said[1:])}.{more}",
             f"<code>{html.escape(printable(entry.run))}</code>", model]  # fmt: skip
    return f"<tr>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>\n"
