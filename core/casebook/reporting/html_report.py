"""Cases as one HTML file that opens without a network and executes nothing; whatever is quoted is escaped."""

import base64
import html
from collections.abc import Iterable

from core.base.plain_line import plain_line, printable
from core.casebook.casebook import Casebook
from core.casebook.reporting.blocks import (
    Block,
    Command,
    Heading,
    Paragraph,
    Picture,
    Pictures,
    Scale,
    Section,
    Table,
)
from core.casebook.reporting.scale import about, scale_png, scale_words
from core.casebook.reporting.sections import closing, sections

ALONE = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"
STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;color:#1f2933;background:#fff;max-width:1000px;margin:2rem auto;"
    "padding:0 1rem;overflow-wrap:anywhere}h1,h2,h3,h4{line-height:1.25;margin:1.6rem 0 .5rem}"
    "section{border-top:2px solid #1f2933;margin-top:2.5rem}"
    "table{border-collapse:collapse;margin:.5rem 0 1rem;max-width:100%}td,th{padding:.25rem .7rem;text-align:right;"
    "border-bottom:1px solid #d5dbe1;font-variant-numeric:tabular-nums;vertical-align:top}"
    "td:first-child,th:first-child,.words td,.words th{text-align:left}.words td:first-child{min-width:9rem;"
    "color:#52606d}thead th{color:#52606d;font-weight:600}"
    ".row{display:flex;flex-wrap:wrap;gap:1rem;margin:.7rem 0}figure{margin:0;width:224px;flex:0 1 224px}"
    "img{display:block;width:100%;height:auto;image-rendering:pixelated;border:1px solid #d5dbe1}"
    "figcaption{font-size:.85rem;color:#3e4c59;margin-top:.25rem}.scale{width:420px;flex:none;margin:.5rem 0 1rem}"
    ".scale div{display:flex;justify-content:space-between;gap:1rem;font-size:.85rem}"
    ".verdict{font-weight:600;border-left:4px solid #1f2933;padding:.3rem .8rem;background:#f1f4f7}"
    ".note{white-space:pre-wrap;border-left:3px solid #cbd2d9;padding-left:.8rem}.small{font-size:.85rem;color:#52606d}"
    ".warn{background:#fff6e0;padding:.5rem .8rem}pre{background:#f1f4f7;padding:.8rem;white-space:pre-wrap}"
    "@page{margin:15mm}@media print{body{margin:0;max-width:none;font-size:11pt}section{break-before:page;"
    "border:0;margin:0}h1,h2,h3,h4{break-after:avoid}.row,figure,tr,pre,.scale,table:not(.words){break-inside:avoid}"
    "a{color:inherit}table{font-size:9pt}.row{flex-wrap:nowrap}figure{flex:0 1 224px;min-width:0}"
    "*{print-color-adjust:exact;-webkit-print-color-adjust:exact}}"
)


def report(casebook: Casebook, uids: Iterable[str]) -> str:
    """The whole page, for one case or many, in that order; ValueError if one is not there, or for too many.

    Pictures lie in it as data; nothing is loaded from elsewhere and no script is in it.
    """
    made = list(sections(casebook, uids))
    title = plain_line(made[0].title) if len(made) == 1 else f"{len(made)} cases"
    parts = [f"<h1 dir=auto>{_escaped(title)}</h1>"] if len(made) > 1 else []
    if len(made) > 1:
        items = [f'<li><a href="#case-{each.uid}"><bdi>{_escaped(each.title)}</bdi></a></li>' for each in made]
        parts.append(f"<nav aria-label=Contents><ol>{''.join(items)}</ol></nav>")
    parts += [_section(each, 1 if len(made) == 1 else 2) for each in made]
    parts += ["<section>", *map(_block, closing()), _block(Paragraph(about(), "small")), "</section>"]
    body = "\n".join(parts)
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{ALONE}"><meta name="referrer" content="no-referrer">'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{_escaped(title)}</title><style>{STYLE}</style></head>\n"
        f"<body><main>\n{body}\n</main></body></html>\n"
    )


def _section(section: Section, level: int) -> str:
    head = f"<h{level} dir=auto>{_escaped(section.title)}</h{level}>"
    return "\n".join([f'<section id="case-{_escaped(section.uid)}">', head, *map(_block, section.blocks), "</section>"])


def _block(block: Block) -> str:
    match block:
        case Heading(text, level):
            return f"<h{level} dir=auto>{_escaped(text)}</h{level}>"
        case Paragraph(text, kind):
            return f"<p dir=auto{f' class={kind}' if kind else ''}>{_escaped(text)}</p>"
        case Pictures(row):
            return f"<div class=row>{''.join(map(_picture, row))}</div>"
        case Scale(limit, poles):
            low, zero, high = (f"<span>{_escaped(each)}</span>" for each in scale_words(limit, poles))
            image = f'<img src="{_data(scale_png())}" alt="colours from blue over white to red">'
            return f"<div class=scale>{image}<div>{low}{zero}{high}</div></div>"
        case Table(rows, words):
            return _table(rows, words)
        case Command(text):
            return f"<pre>{_escaped(text)}</pre>"


def _picture(picture: Picture) -> str:
    return (f'<figure><img src="{_data(picture.png)}" alt="{_escaped(plain_line(picture.alt))}">'
            f"<figcaption dir=auto>{_escaped(picture.caption)}</figcaption></figure>")  # fmt: skip


def _table(rows: tuple[tuple[str, ...], ...], words: bool) -> str:
    head = "".join(f"<th scope=col>{_escaped(each)}</th>" for each in rows[0]) if any(rows[0]) else ""
    lines = ["<tr>" + "".join(f"<td><bdi>{_escaped(each)}</bdi></td>" for each in row) + "</tr>" for row in rows[1:]]
    top = f"<thead><tr>{head}</tr></thead>" if head else ""
    return f"<table{' class=words' if words else ''}>{top}<tbody>{''.join(lines)}</tbody></table>"


def _data(raw: bytes) -> str:
    return f"data:image/png;base64,{base64.b64encode(raw).decode()}"


def _escaped(text: str) -> str:
    """A text from wherever as the text of HTML or of an attribute in quotes; nothing in it steers."""
    return html.escape(printable(text))
