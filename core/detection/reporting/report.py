"""A detection study as one HTML file that opens without a network: sentences, charts as SVG, the command."""

import html
from collections.abc import Mapping
from typing import Any

from core.detection.reporting.charts import histogram, means, rates
from core.detection.reporting.class_maps import class_maps
from core.detection.reporting.command import command
from core.detection.reporting.detector_charts import MAP_MEANS, alarm_bars, generalisation_map, hands, roc
from core.detection.reporting.detector_words import best
from core.detection.reporting.feature_charts import scatter, shifts
from core.detection.reporting.pixel_words import READINGS
from core.detection.reporting.words import SENTENCES, TITLES
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
    parts = []
    for reading, words in READINGS.items():
        found = told["pixels"][reading]
        parts += [paragraph(f"Critical {words}:"), *(figure(rates(each)) for each in found["matters"][:1])]
        if per_class := found.get("per_class"):
            parts += [paragraph(f"Critical {words}, class by class:"), figure(class_maps(found)), table(
                [["class", "images", "critical pixels", "overlap with all"], *(
                    [name, f"{each['images']:,}", f"{each['count']:,}", f"{100 * each['overlap']:.0f} %"]
                    for name, each in per_class.items()
                )])]  # fmt: skip
    return parts


def _tests(told: Told, asked: DetectionRequest) -> list[str]:
    tested = {reading: told["tests"][reading] for reading in READINGS
              if told["tests"][reading]["same"]["critical"] and told["tests"][reading]["same"]["others"]}  # fmt: skip
    return [part for reading, found in tested.items()
            for part in (paragraph(f"Critical {READINGS[reading]}:"), figure(means(found)),
                         figure(histogram(found)))]  # fmt: skip


def _features(told: Told, asked: DetectionRequest) -> list[str]:
    points = told["features"]["points"]
    return [paragraph("Coloured by what became of an image:"), figure(scatter(points)),
            paragraph("Coloured by class:"), figure(scatter(points, by="class")),
            figure(shifts(told["features"]["layers"]))]  # fmt: skip


def _detectors(told: Told, asked: DetectionRequest) -> list[str]:
    found = told["detectors"]
    parts = [
        part for attack in found["attacks"] for part in (paragraph(f"Under {attack}:"), figure(roc(found, attack)))
    ]
    for name, title in found["titles"].items():
        parts += [paragraph(f"{title}: what it learned from, and what it was tested on. {MAP_MEANS}"),
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
