"""A case read back from its folder: the manifest, and the study with the picture and the arrays beside it."""

import hashlib
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from core.base.errors import Unreadable
from core.base.memory_info import available
from core.bundles.case_files import beside
from core.bundles.manifest import ARRAYS, MANIFEST, ORIGINAL
from core.bundles.manifest_read import read_manifest as read_manifest
from core.bundles.write import DRAWN
from core.images.picture import from_png
from core.study.attack_record import Attacked
from core.study.case import Case
from core.study.maps import Maps
from core.study.measures import measured
from core.study.prediction import Prediction
from core.study.study import Study
from core.untrusted.expected_arrays import Shape, expected_arrays

LARGEST_PICTURE = 64 * 10**6  # bytes
SPARE = 10**6  # bytes of a file of arrays beside their values
HALF_STEP = 0.51 / 255  # by which original.png, in 8 bits, may differ from the image that the model saw


def load(folder: Path) -> Study:
    """The study saved in `folder`; ValueError or OSError if it is not whole."""
    return read(folder / MANIFEST)[1]


def read(path: Path) -> tuple[dict[str, Any], Study]:
    """The manifest at `path` and the study it describes, with the files beside it; ValueError or OSError otherwise.

    Every file is the one that the manifest names, and holds what belongs to such a case and nothing else.
    """
    manifest = read_manifest(path)
    case = Case.from_json(manifest["case"])
    picture = read_original(path, manifest)
    expected = _expected(manifest, case, (picture.shape[0], picture.shape[1], picture.shape[2]))
    size = sum(4 * max(math.prod(shape) for shape in each) for each in expected.values())
    if size > available():
        raise Unreadable(f"{ARRAYS} needs {size / 1e9:.1f} GB of memory, more than there is")
    raw = _beside(path, manifest, ARRAYS, size + SPARE)
    arrays = {name: torch.from_numpy(each) for name, each in expected_arrays(raw, ARRAYS, expected).items()}
    for name in {"original", "attacked", "noise"} & set(arrays):
        if arrays[name].min() < 0 or arrays[name].max() > 1:
            raise Unreadable(f"{ARRAYS}: {name} is no image: it has values outside of 0 to 1")
    if (arrays["original"] - picture).abs().max() > HALF_STEP:
        raise Unreadable(f"{ORIGINAL} and {ARRAYS} hold different pictures")
    for name in set(manifest["files"]) - {ORIGINAL, ARRAYS}:  # pictures for people, which may have been left out
        _beside(path, manifest, name, LARGEST_PICTURE, needed=False)
    return manifest, _study(manifest, case, arrays)


def read_original(path: Path, manifest: dict[str, Any]) -> Tensor:
    """The image beside the manifest at `path`, (C, H, W) in [0, 1]; ValueError if it is missing or another one."""
    return from_png(_beside(path, manifest, ORIGINAL, LARGEST_PICTURE))


def _beside(path: Path, manifest: Mapping[str, Any], name: str, most: int, needed: bool = True) -> bytes:
    """The file `name` that the manifest at `path` was written for, of at most `most` bytes."""
    places = list(beside(path, name))
    for place in places:
        if place.stat().st_size <= most:
            raw = place.read_bytes()
            if hashlib.sha256(raw).hexdigest() == manifest["files"][name]:
                return raw
    if not places and not needed:
        return b""
    if not places:
        raise Unreadable(f"{name} is missing: it lies beside manifest.json in the bundle")
    kind = "one" if name == ARRAYS else "picture"
    raise Unreadable(f"{name} is not the {kind} the manifest was written for")


def _expected(manifest: Mapping[str, Any], case: Case, size: tuple[int, int, int]) -> dict[str, tuple[Shape, ...]]:
    """The arrays that belong to the study of a manifest, with their shapes; an image is of `size` (C, H, W)."""
    expected: dict[str, tuple[Shape, ...]] = {"original": (size,)}
    if manifest["attack"] is not None:
        expected |= {"attacked": (size,), "noise": ((case.controls, *size),)}
    side, making = size[1:], {each.key for each in case.explainers if each.pictured}
    for key, facts in manifest["maps"].items():
        expected |= {f"maps/{key}/{name}": (side,) for name in ("original", "attacked")}
        if key in making:
            expected[f"maps/{key}/pictures"] = ((2, *size),)
        if facts["noise_classes"]:
            drawn = (case.controls, *side)
            expected |= {f"maps/{key}/noise": (drawn,), f"maps/{key}/seeds": (drawn, (0, *side))}
            if len(set(facts["classes"])) > 1:
                expected[f"maps/{key}/switched"] = (side,)
    return expected


def _study(manifest: Mapping[str, Any], case: Case, arrays: Mapping[str, Tensor]) -> Study:
    classifier = manifest["classifier"]
    study = Study(
        case,
        arrays["original"],
        tuple(classifier["labels"]),
        classifier.get("fingerprint", classifier["sha256"]),
        manifest["image_sha256"],
        versions=manifest["versions"],
        preprocessing=classifier.get("preprocessing", {}),
        refused=manifest["refused"],
        failed=manifest["failed"],
        threads=manifest["threads"],
        device=manifest["device"],
        noise_answers=tuple(manifest["noise_answers"]),
    )
    if manifest["attack"] is not None:
        study.attacked = Attacked.from_facts(arrays["attacked"], manifest["attack"])
        study.noise = arrays["noise"]
    if manifest["before"] is not None:
        study.before = Prediction(tuple(manifest["before"]))
    for key, facts in manifest["maps"].items():
        drawn = {name: arrays.get(f"maps/{key}/{name}") for name in DRAWN}
        listed = {"classes": tuple(facts["classes"]), "noise_classes": tuple(facts["noise_classes"])}
        study.maps[key] = Maps(**(facts | listed | drawn))
        study.measured[key] = measured(key, study.maps[key])
    _same_rows(study, manifest["rows"])
    return study


def _same_rows(study: Study, told: list[dict[str, Any]]) -> None:
    """Unreadable unless the manifest has a row for everything that is measured of its maps, and no other."""
    measures = {row["measure"] for row in told}
    wanted = {(row.explainer, row.comparison, row.draw, row.measure) for row in study.rows}
    if told or not study.rows:
        wanted = {each for each in wanted if each[3] in measures}
    if wanted != {(row["explainer"], row["comparison"], row["draw"], row["measure"]) for row in told}:
        raise Unreadable("the manifest does not have the rows that belong to its maps")
