"""A detection study as one HTML file that opens without a network: sentences, charts as SVG, the command."""

import html
from collections.abc import Mapping
from typing import Any

from core.detection.reporting.charts import histogram, means, rates, scatter, shifts
from core.detection.reporting.command import command
from core.detection.reporting.detector_charts import alarm_bars, generalisation_map, hands, roc
from core.detection.reporting.detector_words import best
from core.detection.reporting.words import READINGS, SENTENCES, TITLES
from core.detection.request import DetectionRequest
from core.robustness.html_page import figure, heading, page_of, paragraph, table
from core.robustness.published import published_counts

Told = Mapping[str, Any]


def report(told: Told, asked: DetectionRequest, facts: Mapping[str, str]) -> str:
    """The whole page, of the stages that are through. facts: more to tell at the end, such as versions."""
    parts = ["<h1>Detection study</h1>", paragraph(best(told))]
    for key, title in TITLES.items():
        if key in told:
            parts += [heading(title), *(paragraph(each) for each in SENTENCES[key](told[key], asked))]
            parts += DRAWN[key](told, asked)
    parts += [heading("How to get these numbers again"), f"<pre>{html.escape(command(asked))}</pre>"]
    return page_of("Detection study", "\n".join(filter(None, [*parts, table([["", ""], *map(list, facts.items())])])))


def _attacks(told: Told, asked: DetectionRequest) -> list[str]:
    found, figures = told["attacks"], published_counts(asked.published)
    rows = [[f"fooled of {found['images']:,}", *(f"{255 * each:.4g}/255" for each in found["strengths"])]]
    for each in found["attacks"]:
        rows.append([each["title"], *(f"{count:,}" for count in each["fooled"])])
        if figures and (theirs := figures.row(each["title"], found["strengths"])):
            rows.append([f"published, of {figures.correct:,}", *theirs])
    said = "" if figures is None else f"Published: {figures.source}. {figures.doubtful}"
    return [table(rows), paragraph(said)]


def _signatures(told: Told, asked: DetectionRequest) -> list[str]:
    return []


def _pixels(told: Told, asked: DetectionRequest) -> list[str]:
    return [part for reading, words in READINGS.items()
            for part in (paragraph(f"Critical {words}:"),
                         figure(rates(told["pixels"][reading]["matters"][0])))]  # fmt: skip


def _tests(told: Told, asked: DetectionRequest) -> list[str]:
    return [part for reading, words in READINGS.items()
            for part in (paragraph(f"Critical {words}:"), figure(means(told["tests"][reading])),
                         figure(histogram(told["tests"][reading])))]  # fmt: skip


def _features(told: Told, asked: DetectionRequest) -> list[str]:
    return [figure(scatter(told["features"]["points"])), figure(shifts(told["features"]["layers"]))]


def _detectors(told: Told, asked: DetectionRequest) -> list[str]:
    found = told["detectors"]
    parts = [
        part for attack in found["attacks"] for part in (paragraph(f"Under {attack}:"), figure(roc(found, attack)))
    ]
    for name, title in found["titles"].items():
        parts += [paragraph(f"{title}: what it learned from, and what it was tested on (AUC)"),
                  figure(generalisation_map(found, name)), paragraph(f"{title}: false alarms"),
                  figure(alarm_bars(found["false_alarms"], name, asked.false_alarm))]  # fmt: skip
    return parts


def _knowing(told: Told, asked: DetectionRequest) -> list[str]:
    return [part for each in told["knowing"]["detectors"].values() if "unknowing" in each
            for part in (paragraph(each["title"]), figure(hands(each)))]  # fmt: skip


DRAWN = {
    "attacks": _attacks, "signatures": _signatures, "pixels": _pixels, "tests": _tests, "features": _features,
    "detectors": _detectors, "knowing": _knowing,
}  # fmt: skip
