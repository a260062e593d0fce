"""A case read back from its folder: the manifest, the picture beside it, or the whole study as it was saved."""

import hashlib
import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from core.images.picture import from_png
from core.study.attack_record import Attacked
from core.study.bundle import ARRAYS
from core.study.case import Case
from core.study.maps import Maps
from core.study.measures import measured
from core.study.prediction import Prediction
from core.study.study import Study

NEEDED = ("case", "classifier", "files", "versions", "threads", "device", "before", "attack", "rows")


def read_manifest(path: Path) -> dict[str, Any]:
    """The manifest at `path`; ValueError if it is not one."""
    try:
        manifest = json.loads(path.read_text())
        Case.from_json(manifest["case"])
        if missing := [name for name in NEEDED if name not in manifest]:
            raise KeyError(", ".join(missing))
        manifest["files"]["original.png"], manifest["classifier"]["sha256"]
    except (UnicodeDecodeError, json.JSONDecodeError, KeyError, TypeError) as error:
        raise ValueError(f"{path.name} is not the manifest of a case") from error
    found: dict[str, Any] = manifest
    return found


def read_original(path: Path, manifest: dict[str, Any]) -> Tensor:
    """The image beside the manifest at `path`, (C, H, W) in [0, 1]; ValueError if it is missing or another one."""
    beside = path.parent / "original.png"
    if not beside.is_file():
        raise ValueError("original.png is missing: it lies beside manifest.json in the bundle")
    raw = beside.read_bytes()
    if hashlib.sha256(raw).hexdigest() != manifest["files"]["original.png"]:
        raise ValueError("original.png is not the picture the manifest was written for")
    return from_png(raw)


def load(folder: Path) -> Study:
    """The study saved in `folder`; ValueError or OSError if it is not whole."""
    manifest = read_manifest(folder / "manifest.json")
    raw = (folder / "arrays.npz").read_bytes()
    if hashlib.sha256(raw).hexdigest() != manifest["files"]["arrays.npz"]:
        raise ValueError("arrays.npz is not the one the manifest was written for")
    with np.load(io.BytesIO(raw), allow_pickle=False) as stored:
        arrays = {name: torch.from_numpy(stored[name]) for name in stored.files}
    study = Study(
        Case.from_json(manifest["case"]),
        arrays["original"],
        tuple(manifest["classifier"]["labels"]),
        manifest["classifier"]["sha256"],
        manifest["image_sha256"],
        versions=manifest["versions"],
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
        drawn = {name: arrays.get(f"maps/{key}/{name}") for name in ARRAYS}
        listed = {"classes": tuple(facts["classes"]), "noise_classes": tuple(facts["noise_classes"])}
        study.maps[key] = Maps(**(facts | listed | drawn))
        study.measured[key] = measured(key, study.maps[key])
    return study
