"""A study as a folder or a zip: pictures, raw arrays, and a manifest from which the numbers can be computed again."""

import hashlib
import io
import json
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from torch import Tensor

from core.bundles import case_folder
from core.bundles.case_folder import ready as ready
from core.bundles.manifest import ARRAYS, MANIFEST, ORIGINAL, manifest_of
from core.images.picture import to_png
from core.study.colour_scale import shared_limit, signed
from core.study.figures import amplification, amplified, pixels, png
from core.study.study import Study

DRAWN = ("original", "attacked", "noise", "seeds", "switched", "pictures")  # the maps of one explainer


def files(study: Study, pictures: bool = True) -> dict[str, bytes]:
    """File name -> content: manifest.json, arrays.npz, original.png, and the pictures shown on the page."""
    packed = io.BytesIO()
    np.savez_compressed(packed, allow_pickle=False, **{name: each.numpy() for name, each in arrays(study).items()})
    made = {ORIGINAL: to_png(study.original), ARRAYS: packed.getvalue()}
    if pictures:
        made |= _pictures(study)
    manifest = manifest_of(study)
    manifest["files"] = {name: hashlib.sha256(content).hexdigest() for name, content in made.items()}
    return {MANIFEST: (json.dumps(manifest, indent=1, allow_nan=False) + "\n").encode()} | made


def arrays(study: Study) -> dict[str, Any]:
    """Name -> tensor: the images and the maps, as they are kept."""
    kept: dict[str, Tensor] = {"original": study.original}
    if study.attacked is not None and study.noise is not None:
        kept |= {"attacked": study.attacked.image, "noise": study.noise}
    for key, maps in study.maps.items():
        found = {name: getattr(maps, name) for name in DRAWN}
        kept |= {f"maps/{key}/{name}": values for name, values in found.items() if values is not None}
    return kept


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


def save(study: Study, folder: Path, pictures: bool = True, inputs: Sequence[Path] = ()) -> None:
    """Make `study` the case in `folder`, whole or not at all.

    ValueError if other files lie there than a case that was written so, or one of `inputs` is among them; OSError if it
    cannot be written.
    """
    case_folder.replace(folder, files(study, pictures), inputs)


def zipped(study: Study) -> bytes:
    """The files of `study` as one zip."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for name, content in files(study).items():
            archive.writestr(name, content)
    return out.getvalue()
