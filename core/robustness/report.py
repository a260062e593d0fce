"""An evaluation as one HTML file that opens without a network: sentences, charts as SVG, tables, the command."""

import html
from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt

from core.robustness.charts import by_attack, by_model, waterfall
from core.robustness.command import command
from core.robustness.request import Evaluation
from core.robustness.words import (
    NO_NAMES,
    checks,
    comparisons,
    focus,
    norms_of,
    saved,
    sentences,
    strength_word,
    with_interval,
)  # fmt: skip

STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;color:#1f2933;max-width:1080px;margin:2rem auto;padding:0 1rem}"
    "table{border-collapse:collapse;margin:.5rem 0 1.5rem}td,th{padding:.3rem .8rem;border-bottom:1px solid #d5dbe1;"
    "text-align:right;font-variant-numeric:tabular-nums}td:first-child,th:first-child,"
    ".words td,.words th{text-align:left}.words td{vertical-align:top}"
    "figure{margin:0 0 1.5rem}svg{max-width:100%;height:auto}pre{background:#f1f4f7;padding:.8rem;overflow:auto}"
    ".warn{background:#fff6e0;padding:.5rem .8rem}"
)
ALONE = "default-src 'none'; style-src 'unsafe-inline'"  # what a browser may load for it: nothing
BEWARE = (
    "Against these attacks only: a stronger one may leave less. An image counts as fallen at a strength if any attack "
    "changed its answer at it or below it. Intervals hold 95 % (Wilson for shares, Newcombe for paired differences)."
)


def report(
    told: Mapping[str, Any], asked: Evaluation, facts: Mapping[str, str], names: Mapping[str, str] = NO_NAMES
) -> str:
    """The whole page. told: the result of the task `evaluate`. facts: more to tell at the end, such as versions.

    Nothing in it is loaded from elsewhere and nothing is executed; whatever is quoted is escaped.
    """
    parts = ["<h1>Evaluation</h1>", *(_p(each) for each in sentences(told, asked, names))]
    parts += [_p(each) for each in comparisons(told, asked, names)]
    parts.append(_p(checks(asked, names)))
    for name, model in zip(asked.classifiers, told["models"], strict=True):
        parts += [f"<p class=warn>{html.escape(f'{names.get(name, name)}: {flag}')}</p>"
                  for flag in model.get("flags", [])]  # fmt: skip
    for norm in norms_of(asked):
        parts += [_h("Right under the worst attack, by model"), _figure(by_model(told, asked, norm, names))]
        for name, model in zip(asked.classifiers, told["models"], strict=True):
            parts += _of_model(names.get(name, name), model, asked, norm)
    parts += [_p(BEWARE), _p(saved(told)), _h("How to get these numbers again")]
    parts += [f"<pre>{html.escape(command(asked))}</pre>", table([["", ""], *map(list, facts.items())])]
    return page_of("Evaluation", "\n".join(filter(None, parts)))


def page_of(title: str, body: str) -> str:
    """A whole HTML page that loads and executes nothing. body: HTML, in which all that is quoted is escaped."""
    return (f'<!doctype html><html lang="en"><head><meta charset="utf-8">'
            f'<meta http-equiv="Content-Security-Policy" content="{ALONE}">'
            f"<title>{html.escape(title)}</title><style>{STYLE}</style></head>"
            f"<body>\n{body}\n</body></html>\n")  # fmt: skip


def _of_model(name: str, model: Mapping[str, Any], asked: Evaluation, norm: float) -> list[str]:
    worst, place = model["worst"][str(norm)], focus(asked, norm)
    strengths = [strength_word(each, norm) for each in worst["strengths"]]
    mine = [model["attacks"][number] for number in worst["attacks"]]
    parts = [_h(name), _figure(by_attack(model, norm))]
    rows = [[f"right (as they are: {with_interval(model['accuracy'])})", *strengths]]
    rows += [[each["title"], *map(with_interval, each["accuracy"])] for each in mine if "accuracy" in each]
    parts.append(table([*rows, ["worst of these", *map(with_interval, worst["accuracy"])]]))
    if "misclassified" in mine[0]:
        rows = [[f"misclassified of {model['correct']:,}", *strengths]]
        parts.append(table([*rows, *([each["title"], *(f"{n:,}" for n in each["misclassified"])] for each in mine)]))
        rows = [[f"calibration error (as they are: {100 * model['ece']:.1f} %)", *strengths]]
        parts.append(table([*rows, *([each["title"], *(f"{100 * n:.1f} %" for n in each["ece"])] for each in mine)]))
    parts.append(_p(f"What each attack took that the others had left, at {strengths[place]}:"))
    return [*parts, _figure(waterfall(model, norm, place))]


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


def _figure(chart: alt.LayerChart) -> str:
    import vl_convert

    svg = vl_convert.vegalite_to_svg(
        chart.properties(width=560, padding={"left": 40, "right": 5, "top": 5, "bottom": 5}).to_json()
    )
    return f"<figure>{svg}</figure>"


def _p(text: str) -> str:
    return f"<p>{html.escape(text)}</p>" if text else ""


def _h(text: str) -> str:
    return f"<h2>{html.escape(text)}</h2>"
