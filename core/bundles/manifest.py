"""The manifest of a case: all that is known of a study but the arrays and pictures, as JSON."""

import re
from dataclasses import asdict
from importlib.metadata import version
from typing import Any

import torch

from core.study.study import Study

MANIFEST, ARRAYS, ORIGINAL = "manifest.json", "arrays.npz", "original.png"
KIND = "counterproof case"
LARGEST = 64 * 10**6  # bytes
PICTURES = re.compile(  # the names of all pictures that are written beside it
    r"(original|attacked|noise|change_times_\d{1,3})\.png|maps/[a-z0-9_]{1,60}_(original|attacked|difference)\.png"
)


def belongs(name: str) -> bool:
    """Whether a file beside the manifest may be called so.

    >>> belongs("arrays.npz"), belongs("maps/lime_original.png"), belongs("../mine.png")
    (True, True, False)
    """
    return name in (MANIFEST, ARRAYS) or PICTURES.fullmatch(name) is not None


def written_here(manifest: dict[str, Any]) -> bool:
    """Whether this program wrote the manifest, of this version or an earlier one; others call a file so too."""
    told = all(isinstance(manifest.get(name), kind) for name, kind in (("counterproof", str), ("case_id", str),
               ("case", dict), ("classifier", dict), ("files", dict)))  # fmt: skip
    return told and manifest.get("kind", KIND) == KIND


def manifest_of(study: Study) -> dict[str, Any]:
    """Everything about `study` but its arrays, and the hashes of its files."""
    maps = {
        key: {name: value for name, value in asdict(found).items() if not isinstance(value, torch.Tensor | None)}
        for key, found in study.maps.items()
    }
    whole = study.attacked is not None and study.noise is not None  # the attacked image is kept with its control
    return {
        "kind": KIND,
        "counterproof": version("counterproof"),
        "case": study.case.to_json(),
        "case_id": study.case.id,
        "image_sha256": study.image_sha256,
        "classifier": {
            "name": study.case.classifier,
            "sha256": study.weights,
            "fingerprint": study.fingerprint,
            "preprocessing": dict(study.preprocessing),
            "labels": list(study.labels),
        },
        "versions": study.versions,
        "threads": study.threads,
        "device": study.device,
        "before": None if study.before is None else list(study.before.probabilities),
        "attack": study.attacked.facts() if study.attacked is not None and whole else None,
        "noise_answers": list(study.noise_answers) if whole else [],
        "maps": maps,
        "refused": study.refused,
        "failed": study.failed,
        "rows": [asdict(row) for row in study.rows],
    }
