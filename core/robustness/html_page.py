"""HTML that opens without a network and runs nothing: a page, tables, drawings; whatever is quoted is escaped."""

import html
from collections.abc import Sequence

import altair as alt

STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;color:#1f2933;max-width:1080px;margin:2rem auto;padding:0 1rem}"
    "table{border-collapse:collapse;margin:.5rem 0 1.5rem}td,th{padding:.3rem .8rem;border-bottom:1px solid #d5dbe1;"
    "text-align:right;font-variant-numeric:tabular-nums}td:first-child,th:first-child,"
    ".words td,.words th{text-align:left}.words td{vertical-align:top}"
    "figure{margin:0 0 1.5rem}svg{max-width:100%;height:auto}pre{background:#f1f4f7;padding:.8rem;overflow:auto}"
    ".warn{background:#fff6e0;padding:.5rem .8rem}"
)
ALONE = "default-src 'none'; style-src 'unsafe-inline'"  # what a browser may load for it: nothing


def page_of(title: str, body: str) -> str:
    """A whole HTML page that loads and executes nothing. body: HTML, in which all that is quoted is escaped."""
    return (f'<!doctype html><html lang="en"><head><meta charset="utf-8">'
            f'<meta http-equiv="Content-Security-Policy" content="{ALONE}">'
            f"<title>{html.escape(title)}</title><style>{STYLE}</style></head>"
            f"<body>\n{body}\n</body></html>\n")  # fmt: skip


def table(rows: Sequence[Sequence[str]], words: bool = False) -> str:
    """Rows of text as a table, the first its heading; numbers stand to the right, `words` to the left.

    >>> table([["a", "<b>"]])
    '<table><tr><th>a</th><th>&lt;b&gt;</th></tr></table>'
    """
    lines = []
    for number, row in enumerate(rows):
        tag = "td" if number else "th"
        lines.append("<tr>" + "".join(f"<{tag}>{html.escape(str(each))}</{tag}>" for each in row) + "</tr>")
    return f"<table{' class=words' if words else ''}>{''.join(lines)}</table>"


def figure(chart: alt.LayerChart) -> str:
    """A chart as a drawing within the page."""
    import vl_convert

    svg = vl_convert.vegalite_to_svg(
        chart.properties(width=560, padding={"left": 40, "right": 5, "top": 5, "bottom": 5}).to_json()
    )
    return f"<figure>{svg}</figure>"


def paragraph(text: str) -> str:
    """A paragraph; nothing for no text."""
    return f"<p>{html.escape(text)}</p>" if text else ""


def heading(text: str) -> str:
    """The heading of a section."""
    return f"<h2>{html.escape(text)}</h2>"
