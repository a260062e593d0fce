"""A comparison as a folder: a case for each model, and what each makes of the image that was made for the other.

before/ and after/: the two studies, as `core.bundles.write.save` writes them. crossings.npz: the maps and pictures of
the crossings, where there are any. comparison.json: the pair, the crossings' answers and bounds, and the sha256 of
every other file; it is written last, so that a folder without it is no comparison.
"""

import hashlib
import io
import json
import math
import re
from collections.abc import Mapping
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from torch import Tensor

from core.base.atomic_files import write_whole
from core.bundles import write
from core.bundles.manifest import belongs
from core.compare.comparison import SIDES, Comparison, Crossing, Pair
from core.study.case import digest

COMPARISON, CROSSINGS = "comparison.json", "crossings.npz"
KIND = "counterproof comparison"
VERSION = 1
_INSIDE = re.compile(rf"(?:{'|'.join(SIDES)})/(.+)")


def pair_id(pair: Pair) -> str:
    """The content id of a pair: 16 hexadecimal digits of the sha256 of what is asked of the two."""
    return digest(pair_json(pair))


def pair_json(pair: Pair) -> dict[str, Any]:
    """What is asked of the two models: for each the JSON form of its case."""
    return {side: pair.case(side).to_json() for side in SIDES}


def belongs_here(name: str) -> bool:
    """Whether a file of a comparison, beside comparison.json, may be called so.

    >>> [belongs_here(each) for each in ("crossings.npz", "before/manifest.json", "after/../mine.png")]
    [True, True, False]
    """
    inside = _INSIDE.fullmatch(name)
    return name == CROSSINGS or (inside is not None and belongs(inside[1]))


def files(comparison: Comparison, pictures: bool = True) -> dict[str, bytes]:
    """File name -> content of a comparison both of whose models have been attacked; comparison.json is the last."""
    made: dict[str, bytes] = {}
    crossings = {side: _still(comparison.crossings[side]) for side in SIDES}
    for side in SIDES:
        for name, raw in write.files(comparison.studies[side], pictures).items():
            made[f"{side}/{name}"] = raw
    if arrays := _arrays(crossings):
        packed = io.BytesIO()
        np.savez_compressed(packed, allow_pickle=False, **{name: each.numpy() for name, each in arrays.items()})
        made[CROSSINGS] = packed.getvalue()
    told = {
        "kind": KIND,
        "version": VERSION,
        "counterproof": version("counterproof"),
        "pair": pair_json(comparison.pair),
        "pair_id": pair_id(comparison.pair),
        "crossings": {side: _told(crossings[side]) for side in SIDES},
        "files": {name: hashlib.sha256(raw).hexdigest() for name, raw in made.items()},
    }
    return made | {COMPARISON: (json.dumps(told, indent=1, allow_nan=False) + "\n").encode()}


def save(comparison: Comparison, folder: Path, pictures: bool = True) -> None:
    """Write a comparison into `folder`, which must be empty or not there; ValueError if it is not, OSError as ever."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise ValueError(f"{folder} is not empty; name a new folder")
    for name, raw in files(comparison, pictures).items():
        write_whole(folder / name, raw)


def _still(crossing: Crossing) -> Crossing:
    """A crossing to which nothing is added any more, though it is being computed."""
    return Crossing(crossing.prediction, dict(crossing.maps), dict(crossing.pictures), crossing.reach)


def _arrays(crossings: Mapping[Any, Crossing]) -> dict[str, Tensor]:
    found: dict[str, Tensor] = {}
    for side, crossing in crossings.items():
        found |= {f"{side}/maps/{key}": values for key, values in crossing.maps.items()}
        found |= {f"{side}/pictures/{key}": values for key, values in _pictures(crossing).items()}
    return found


def _pictures(crossing: Crossing) -> dict[str, Tensor]:
    """The pictures of the maps that are there; a picture comes just before its map."""
    return {key: values for key, values in crossing.pictures.items() if key in crossing.maps}


def _told(crossing: Crossing) -> dict[str, Any]:
    """A crossing without its arrays; a bound that is infinite is null."""
    reach = None if crossing.reach is None else asdict(crossing.reach)
    if reach is not None:
        reach["norm"] = "l2" if reach["norm"] == 2 else "linf"
        reach["value"] = reach["value"] if math.isfinite(reach["value"]) else None
    return {
        "prediction": None if crossing.prediction is None else list(crossing.prediction.probabilities),
        "reach": reach,
        "maps": list(crossing.maps),
        "pictures": list(_pictures(crossing)),
    }
