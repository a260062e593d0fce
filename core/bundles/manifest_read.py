"""A manifest read back: every part of the kind and in the range that it must be, or a sentence on which is not."""

import stat
from dataclasses import fields
from importlib.metadata import version
from pathlib import Path
from typing import Any

from core.base.errors import Unreadable
from core.bundles.manifest import ARRAYS, KIND, LARGEST, ORIGINAL, belongs
from core.bundles.manifest_parts import MOST_EXPLAINERS, attack, maps, probabilities, rows
from core.contracts.fingerprint import PREPROCESSING, weights_of
from core.study.case import Case, digest
from core.untrusted.foreign_json import read_object
from core.untrusted.json_part import Part

NEEDED = (
    "counterproof", "case", "case_id", "image_sha256", "classifier", "versions", "threads", "device", "before",
    "attack", "noise_answers", "maps", "refused", "failed", "rows", "files",
)  # fmt: skip
MOST_CLASSES, MOST_THREADS = 100_000, 1024


def read_manifest(path: Path) -> dict[str, Any]:
    """The manifest at `path`, every part checked; ValueError in one sentence if it is none, is damaged or lacks a part.

    OSError if there is no such file. What it says is not computed again here: see core.bundles.verify.
    """
    kind = path.stat().st_mode
    if stat.S_ISDIR(kind):
        raise Unreadable(f"{path.name or path} is a folder; name the manifest.json in it")
    if not stat.S_ISREG(kind):
        raise Unreadable(f"{path.name} is no file")
    manifest = read_object(path, LARGEST)
    check(Part(manifest, path.name))
    return manifest


def check(whole: Part) -> Case:
    """The case of a manifest in which everything is as it must be; Unreadable otherwise."""
    parts = whole.record(NEEDED, ["kind"])
    first = "kind" not in parts  # as the first version wrote them: nothing is told of the preprocessing
    parts.get("kind", Part(KIND, "")).one_of([KIND])
    written = parts["counterproof"].text(40, r"[!-~]+")
    case = _case(parts["case"], parts["case_id"])
    classes = _classifier(parts["classifier"], case, first)
    parts["image_sha256"].text(64, r"[0-9a-f]*")
    for each in parts["versions"].table(100).values():
        each.text(100, r"[ -~]*")
    parts["threads"].whole(1, MOST_THREADS)
    parts["device"].text(20, r"[a-z]{1,12}(:\d{1,3})?")
    if parts["before"].value is not None:
        probabilities(parts["before"], classes)
    attacked = parts["attack"].value is not None
    if attacked:
        if parts["before"].value is None:
            parts["before"].refuse("there, though an attack is")
        attack(parts["attack"], case, classes)
    draws = case.controls if attacked else 0
    for each in parts["noise_answers"].entries(draws, draws):
        each.whole(0, classes - 1)
    keys = [explainer.key for explainer in case.explainers]
    for name in ("refused", "failed"):
        for key, each in parts[name].table(MOST_EXPLAINERS).items():
            Part(key, each.where).one_of(keys)
            each.text(2000)
    for key, each in parts["maps"].table(MOST_EXPLAINERS if attacked else 0).items():
        Part(key, each.where).one_of(keys)
        maps(each, case, classes)
    rows(parts["rows"], parts["maps"].value, written == version("counterproof"))
    for name, each in parts["files"].table().items():
        if not belongs(name):
            raise Unreadable(f"{each.where} is not a file that belongs to a case")
        each.sha256()
    for name in (ORIGINAL, ARRAYS):
        if name not in parts["files"].value:
            raise Unreadable(f"{parts['files'].where} lacks {name}")
    return case


def _case(told: Part, told_id: Part) -> Case:
    told.record(entry.name for entry in fields(Case))
    try:
        case = Case.from_json(told.value)
    except ValueError as error:
        raise Unreadable(f"{told.where}: {error}") from error
    if len({explainer.key for explainer in case.explainers}) < len(case.explainers):
        told.refuse("a case: an explainer stands there twice")
    if told_id.value != digest(told.value):
        told_id.refuse("the one of this case, so one of the two was changed")
    return case


def _classifier(told: Part, case: Case, first: bool) -> int:
    """How many classes it tells apart."""
    parts = told.record(["name", "sha256", "labels", *([] if first else ["fingerprint", "preprocessing"])])
    parts["name"].one_of([case.classifier])
    weights = parts["sha256"].text(200, r"[ -~]*")
    if not first and weights_of(parts["fingerprint"].text(200, r"[ -~]*")) != weights:
        parts["fingerprint"].refuse("one of these weights")
    for value in () if first else parts["preprocessing"].record(PREPROCESSING).values():
        for each in value.entries(3, 1) if isinstance(value.value, list) else [value]:
            each.text(200) if isinstance(each.value, str) else each.number()
    labels = [each.text(300) for each in parts["labels"].entries(MOST_CLASSES, 2)]
    if case.target is not None and case.target >= len(labels):
        told.refuse(f"one with a class {case.target}, at which the attack aims")
    return len(labels)
