"""A comparison read back from its folder: every part as it must be, or one sentence on which is not."""

import hashlib
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from core.base.errors import Unreadable
from core.bundles import read
from core.bundles.comparison_folder import COMPARISON, CROSSINGS, KIND, VERSION, belongs_here, pair_json
from core.bundles.manifest import LARGEST, MANIFEST
from core.bundles.manifest_parts import MOST_EXPLAINERS, probabilities
from core.bundles.read import SPARE
from core.compare.comparison import SIDES, Comparison, Crossing, Pair, Reach, Side
from core.study.case import digest
from core.study.prediction import Prediction
from core.study.study import Study
from core.untrusted.expected_arrays import Shape, expected_arrays
from core.untrusted.foreign_json import read_object
from core.untrusted.json_part import Part
from core.untrusted.regular_files import open_regular, read_regular

NEEDED = ("kind", "version", "counterproof", "pair", "pair_id", "crossings", "files")
REACH = ("value", "share", "region", "rival", "norm", "wrong")
PIECE = 1 << 20  # bytes
NORMS = {"linf": math.inf, "l2": 2.0}


def load(folder: Path) -> Comparison:
    """The comparison saved in `folder`, equal to the one that was saved; ValueError or OSError if it is not whole."""
    parts = Part(read_object(folder / COMPARISON, LARGEST), COMPARISON).record(NEEDED)
    parts["kind"].one_of([KIND])
    if parts["version"].whole(1) > VERSION:
        parts["version"].refuse(f"one that is known here, up to {VERSION}: it comes from a newer version")
    parts["counterproof"].text(40, r"[!-~]+")
    hashes = _files(parts["files"])
    for name in {CROSSINGS, *(f"{side}/{MANIFEST}" for side in SIDES)} & set(hashes):  # those vouch for the others
        _same(folder, name, hashes[name])
    studies: dict[Side, Study] = {side: read.load(folder / side) for side in SIDES}
    pair = _pair(parts["pair"], parts["pair_id"], studies)
    named = parts["crossings"].record(SIDES)
    told: dict[Side, Part] = {side: named[side] for side in SIDES}
    crossings = {side: _crossing(told[side], studies[side]) for side in SIDES}
    _fill(folder, hashes, told, crossings, studies)
    return Comparison(pair, studies, crossings)


def _files(told: Part) -> dict[str, str]:
    hashes = {}
    for name, each in told.table().items():
        if not belongs_here(name):
            raise Unreadable(f"{each.where} is not a file that belongs to a comparison")
        hashes[name] = each.sha256()
    for side in SIDES:
        if f"{side}/{MANIFEST}" not in hashes:
            raise Unreadable(f"{told.where} lacks {side}/{MANIFEST}")
    return hashes


def _same(folder: Path, name: str, wanted: str) -> None:
    """Unreadable unless the file `name` is the one that was written."""
    try:
        with open_regular(folder / name) as file:
            hashed = hashlib.sha256()
            while piece := file.read(PIECE):
                hashed.update(piece)
    except FileNotFoundError as error:
        raise Unreadable(f"{name} is missing: it lies beside {COMPARISON}") from error
    if hashed.hexdigest() != wanted:
        raise Unreadable(f"{name} is not the file that {COMPARISON} was written for")


def _pair(told: Part, told_id: Part, studies: Mapping[Side, Study]) -> Pair:
    """What was asked of both, which must be what the two studies answer."""
    first, last = (studies[side].case for side in SIDES)
    pair = Pair(
        first.image, first.classifier, last.classifier, first.attack, first.explainers, first.seed, first.explained,
        first.controls,
    )  # fmt: skip
    if told.value != pair_json(pair) or any(studies[side].case != pair.case(side) for side in SIDES):
        told.refuse("what its two cases answer")
    if told_id.value != digest(told.value):
        told_id.refuse("the one of this pair, so one of the two was changed")
    if studies["before"].original.shape != studies["after"].original.shape:
        told.refuse("one of two models that were shown pictures of the same size")
    if studies["before"].attacked is None or studies["after"].attacked is None:
        told.refuse("one of two models that were both attacked")
    return pair


def _crossing(told: Part, study: Study) -> Crossing:
    """What is said of one crossing, without its arrays."""
    parts = told.record(["prediction", "reach", "maps", "pictures"])
    classes, found = len(study.labels), Crossing()
    if parts["prediction"].value is not None:
        probabilities(parts["prediction"], classes)
        found.prediction = Prediction(tuple(map(float, parts["prediction"].value)))
    if parts["reach"].value is not None:
        each = parts["reach"].record(REACH)
        if not isinstance(each["wrong"].value, bool):
            each["wrong"].refuse("true or false")
        found.reach = Reach(
            value=math.inf if each["value"].value is None else each["value"].number(),
            share=each["share"].number(), region=each["region"].number(0, 1),
            rival=each["rival"].whole(0, classes - 1), norm=NORMS[each["norm"].one_of(NORMS)],
            wrong=each["wrong"].value,
        )  # fmt: skip
    keys = [explainer.key for explainer in study.case.explainers]
    for name in ("maps", "pictures"):
        listed = [each.one_of(keys) for each in parts[name].entries(MOST_EXPLAINERS)]
        if len(set(listed)) < len(listed):
            parts[name].refuse("a list of different methods")
    if not set(parts["pictures"].value) <= set(parts["maps"].value):
        parts["pictures"].refuse("a list of methods that have a map")
    return found


def _fill(
    folder: Path, hashes: Mapping[str, str], told: Mapping[Side, Part], crossings: Mapping[Side, Crossing],
    studies: Mapping[Side, Study],
) -> None:  # fmt: skip
    """Put the arrays into the crossings: exactly those that are told of, each of the size of the picture."""
    expected: dict[str, tuple[Shape, ...]] = {}
    for side in SIDES:
        size = tuple(studies[side].original.shape)
        expected |= {f"{side}/maps/{key}": (size[1:],) for key in told[side].value["maps"]}
        expected |= {f"{side}/pictures/{key}": (size,) for key in told[side].value["pictures"]}
    if not expected:
        return
    if CROSSINGS not in hashes:
        raise Unreadable(f"{COMPARISON}: files lacks {CROSSINGS}")
    most = sum(4 * math.prod(shape) for shapes in expected.values() for shape in shapes) + SPARE
    raw = read_regular(folder / CROSSINGS, most)
    if len(raw) > most:
        raise Unreadable(f"{CROSSINGS} is far larger than what belongs into it")
    arrays: dict[str, Any] = expected_arrays(raw, CROSSINGS, expected)
    for side in SIDES:
        kept: dict[str, dict[str, Tensor]] = {"maps": crossings[side].maps, "pictures": crossings[side].pictures}
        for name, values in kept.items():
            values |= {key: torch.from_numpy(arrays[f"{side}/{name}/{key}"]) for key in told[side].value[name]}
