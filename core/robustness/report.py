"""An evaluation as one HTML file that opens without a network: sentences, charts as SVG, tables, the command."""

import html
from collections.abc import Mapping
from typing import Any

from core.robustness.charts import by_attack, by_model, waterfall
from core.robustness.command import command
from core.robustness.html_page import figure, heading, page_of, paragraph, table
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
    parts = ["<h1>Evaluation</h1>", *(paragraph(each) for each in sentences(told, asked, names))]
    parts += [paragraph(each) for each in comparisons(told, asked, names)]
    parts.append(paragraph(checks(asked, names)))
    for name, model in zip(asked.classifiers, told["models"], strict=True):
        parts += [f"<p class=warn>{html.escape(f'{names.get(name, name)}: {flag}')}</p>"
                  for flag in model.get("flags", [])]  # fmt: skip
    for norm in norms_of(asked):
        parts += [heading("Right under the worst attack, by model"), figure(by_model(told, asked, norm, names))]
        for name, model in zip(asked.classifiers, told["models"], strict=True):
            parts += _of_model(names.get(name, name), model, asked, norm)
    parts += [paragraph(BEWARE), paragraph(saved(told)), heading("How to get these numbers again")]
    parts += [f"<pre>{html.escape(command(asked))}</pre>", table([["", ""], *map(list, facts.items())])]
    return page_of("Evaluation", "\n".join(filter(None, parts)))


def _of_model(name: str, model: Mapping[str, Any], asked: Evaluation, norm: float) -> list[str]:
    worst, place = model["worst"][str(norm)], focus(asked, norm)
    strengths = [strength_word(each, norm) for each in worst["strengths"]]
    mine = [model["attacks"][number] for number in worst["attacks"]]
    parts = [heading(name), figure(by_attack(model, norm))]
    rows = [[f"right (as they are: {with_interval(model['accuracy'])})", *strengths]]
    rows += [[each["title"], *map(with_interval, each["accuracy"])] for each in mine if "accuracy" in each]
    parts.append(table([*rows, ["worst of these", *map(with_interval, worst["accuracy"])]]))
    if "misclassified" in mine[0]:
        rows = [[f"misclassified of {model['correct']:,}", *strengths]]
        parts.append(table([*rows, *([each["title"], *(f"{n:,}" for n in each["misclassified"])] for each in mine)]))
        rows = [[f"calibration error (as they are: {100 * model['ece']:.1f} %)", *strengths]]
        parts.append(table([*rows, *([each["title"], *(f"{100 * n:.1f} %" for n in each["ece"])] for each in mine)]))
    parts.append(paragraph(f"What each attack took that the others had left, at {strengths[place]}:"))
    return [*parts, figure(waterfall(model, norm, place))]
