"""What a case is of, and where its numbers are from: tables of names and values."""

import dataclasses
from collections.abc import Iterator, Mapping
from typing import Any

from core.base.units import in_shell
from core.casebook.case_words import attack_title, limit, moment, outcome
from core.casebook.records import SavedCase
from core.casebook.reporting.blocks import Block, Heading, Paragraph, Table
from core.compare.comparison import Comparison
from core.contracts.attack import Attack
from core.study.study import Study

SOURCES = {
    "inspect": "on the page Inspect",
    "compare": "on the page Compare",
    "batch": "by a batch of cases",
    "import": "from an imported file",
}
PLACES = {"": "", "before/": ", before refinement", "after/": ", after refinement"}


def facts(case: SavedCase, contents: Study | Comparison | None, names: Mapping[str, str]) -> Iterator[Block]:
    """The note, and a table of what was done to what; names: the titles of models, by name."""
    if case.note:
        yield Paragraph(case.note, "note")
    rows = [("What came of it", outcome(case)), ("Picture", _named(case.image_name, case.image))]
    if case.label:
        rows.append(("Labelled", case.label))
    if case.classifier_after:
        rows.append(("Model before refinement", _named(names.get(case.classifier, ""), case.classifier)))
        rows.append(("Model after refinement", _named(names.get(case.classifier_after, ""), case.classifier_after)))
    else:
        rows.append(("Model", _named(names.get(case.classifier, ""), case.classifier)))
    rows.append(("Attack", f"{attack_title(case.attack)}, {limit(case)}"))
    if contents is not None:
        rows += _asked(contents)
    rows.append(("Saved", f"{moment(case)} {SOURCES[case.source]}"))
    if case.tags:
        rows.append(("Tags", " · ".join(case.tags)))
    yield Table((("", ""), *rows), words=True)


def _asked(contents: Study | Comparison) -> Iterator[tuple[str, str]]:
    study = contents if isinstance(contents, Study) else contents.studies["before"]
    case = study.case
    yield "Settings of the attack", ", ".join(_settings(case.attack)) or "none"
    if study.attacked is not None and study.attacked.ran:
        yield "Order of its parts", study.attacked.ran
    if case.target is not None:
        yield "Aimed at", study.labels[case.target]
    explained = "the answer given for each image" if case.explained == "answer" else "the original answer, on all"
    yield "The maps explain", explained
    yield "Seed, draws of each control", f"{case.seed}, {case.controls}"


def _settings(attack: Attack) -> Iterator[str]:
    """Each parameter with its value, a strength in 255ths of the range."""
    for entry in dataclasses.fields(attack):
        name = entry.metadata.get("title") or entry.name.replace("_", " ")
        value = getattr(attack, entry.name)
        shown = ("yes" if value else "no") if isinstance(value, bool) else in_shell(entry, value)
        yield f"{name.lower()} {shown}"


def origins(
    case: SavedCase, manifests: Mapping[str, Mapping[str, Any]], comparison: Mapping[str, Any] | None
) -> Iterator[Block]:
    """Versions and hashes, from the manifest of each study by its place in the folder, and from comparison.json."""
    yield Heading("Where these numbers are from", 4)
    rows = [("Case", case.uid), ("Id of what was asked", case.study_id)]
    for place, told in manifests.items():
        model = told["classifier"]
        rows.append((f"Weights{PLACES[place]} (SHA-256)", str(model["sha256"]) or "not known"))
        rows += [(f"{name} (SHA-256)", str(told["files"][name.partition('/')[2] or name]))
                 for name in (f"{place}original.png", f"{place}arrays.npz")]  # fmt: skip
    first = next(iter(manifests.values()))
    rows.append(("The picture as it came (SHA-256)", str(first["image_sha256"]) or "not known"))
    if comparison is not None and "crossings.npz" in comparison["files"]:
        rows.append(("crossings.npz (SHA-256)", str(comparison["files"]["crossings.npz"])))
    versions = ", ".join(f"{name} {value}" for name, value in first["versions"].items())
    rows.append(("Versions", f"counterproof {first['counterproof']}, {versions}"))
    threads = first["threads"]
    rows.append(("Computed on", f"{first['device']}, {threads} thread{'' if threads == 1 else 's'}"))
    yield Table((("", ""), *rows), words=True)


def _named(title: str, name: str) -> str:
    return f"{title} ({name})" if title and name not in title else title or name
