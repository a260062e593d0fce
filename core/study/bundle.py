"""A study as a folder or a zip: pictures, raw arrays, and a manifest from which the numbers can be computed again."""

import hashlib
import io
import json
import zipfile
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from core.base.atomic_files import write_whole
from core.images.picture import to_png
from core.study.colour_scale import shared_limit, signed
from core.study.figures import amplification, amplified, pixels, png
from core.study.study import Study

ARRAYS = ("original", "attacked", "noise", "seeds", "switched")


def files(study: Study, pictures: bool = True) -> dict[str, bytes]:
    """File name -> content: manifest.json, arrays.npz, original.png, and the pictures shown on the page."""
    arrays = _arrays(study)
    packed = io.BytesIO()
    np.savez_compressed(packed, allow_pickle=False, **arrays)
    made = {"original.png": to_png(study.original), "arrays.npz": packed.getvalue()}
    if pictures:
        made |= _pictures(study)
    manifest = _manifest(study)
    manifest["files"] = {name: hashlib.sha256(content).hexdigest() for name, content in made.items()}
    return {"manifest.json": (json.dumps(manifest, indent=1) + "\n").encode()} | made


def _arrays(study: Study) -> dict[str, Any]:
    arrays: dict[str, Tensor] = {"original": study.original}
    if study.attacked is not None and study.noise is not None:
        arrays |= {"attacked": study.attacked.image, "noise": study.noise}
    for key, maps in study.maps.items():
        found = {name: getattr(maps, name) for name in ARRAYS}
        arrays |= {f"maps/{key}/{name}": values for name, values in found.items() if values is not None}
    return {name: values.numpy() for name, values in arrays.items()}


def _pictures(study: Study) -> dict[str, bytes]:
    made: dict[str, bytes] = {}
    if study.attacked is not None:
        change = study.attacked.image - study.original
        factor = amplification(change)
        made["attacked.png"] = to_png(study.attacked.image)
        made[f"change_times_{factor}.png"] = png(amplified(change, factor), 224)
    if study.noise is not None:
        made["noise.png"] = png(pixels(study.noise[0]))
    for key, maps in study.maps.items():
        limit = shared_limit(maps)
        shown = {"original": maps.original, "attacked": maps.attacked, "difference": maps.attacked - maps.original}
        made |= {f"maps/{key}_{name}.png": png(signed(values, limit), 224) for name, values in shown.items()}
    return made


def _manifest(study: Study) -> dict[str, Any]:
    maps = {
        key: {name: value for name, value in asdict(found).items() if not isinstance(value, torch.Tensor | None)}
        for key, found in study.maps.items()
    }
    return {
        "counterproof": version("counterproof"),
        "case": study.case.to_json(),
        "case_id": study.case.id,
        "image_sha256": study.image_sha256,
        "classifier": {"name": study.case.classifier, "sha256": study.fingerprint, "labels": list(study.labels)},
        "versions": study.versions,
        "threads": study.threads,
        "device": study.device,
        "before": None if study.before is None else list(study.before.probabilities),
        "attack": None if study.attacked is None else study.attacked.facts(),
        "noise_answers": list(study.noise_answers),
        "maps": maps,
        "refused": study.refused,
        "failed": study.failed,
        "rows": [asdict(row) for row in study.rows],
    }


def save(study: Study, folder: Path, pictures: bool = True) -> None:
    """Write the files of `study` into `folder`, each whole or not at all; the manifest comes last."""
    made = files(study, pictures)
    before = _listed(folder) - made.keys()
    for name in [*(name for name in made if name != "manifest.json"), "manifest.json"]:
        write_whole(folder / name, made[name])
    for name in before:  # of an earlier case in this folder: its maps would pass for this one's
        (folder / name).unlink(missing_ok=True)


def _listed(folder: Path) -> set[str]:
    """The files of the case that lies in `folder`, as far as they are inside it."""
    try:
        names = [str(name) for name in json.loads((folder / "manifest.json").read_text())["files"]]
    except (OSError, ValueError, KeyError, TypeError):
        return set()
    return {name for name in names if (folder / name).resolve().is_relative_to(folder.resolve())}


def ready(folder: Path) -> None:
    """Make `folder` and see that files can be written there, before anything long is computed; OSError if not."""
    if folder.exists() and not folder.is_dir():
        raise NotADirectoryError(f"{folder} is a file; name a folder")
    write_whole(folder / ".try", b"")
    (folder / ".try").unlink()


def zipped(study: Study) -> bytes:
    """The files of `study` as one zip."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for name, content in files(study).items():
            archive.writestr(name, content)
    return out.getvalue()
