"""A file of weights as the bytes of a safetensors file; a file of torch.save is converted by another process."""

import json
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from core.base.paths import ROOT
from core.checkpoints.tensor_files import LARGEST

PATIENCE = 300.0  # seconds for a conversion
PICKLES = (b"PK", b"\x80")  # how a zip archive begins, and a pickle


def read_weights(file: Path) -> tuple[bytes, list[str]]:
    """The bytes of a safetensors file, and sentences on what was done to make it one.

    No pickle is read in this process. ValueError or OSError in one sentence if there are no weights in the file.
    """
    if file.is_dir():
        raise ValueError(f"{file.name} is a folder, not a file of weights")
    if not file.is_file():
        raise FileNotFoundError(f"there is no file {file.name[:100]}")
    if file.stat().st_size > LARGEST:
        raise ValueError(f"{file.name} is larger than {LARGEST // 10**9} GB")
    with file.open("rb") as opened:
        start = opened.read(9)
    if start[8:] == b"{" or not start.startswith(PICKLES):
        return file.read_bytes(), []
    raw, notes = _converted(file, "from_pickle")
    return raw, list(notes)


def read_onnx(file: Path, how: Mapping[str, Any]) -> tuple[bytes, list[str], tuple[int, ...]]:
    """A network in ONNX as the bytes of a safetensors file that holds it, sentences, and the (C, H, W) it takes.

    how: `size`, `mean` and `std` as far as they are known. ValueError or OSError in one sentence.
    """
    if not file.is_file():
        raise FileNotFoundError(f"there is no file {file.name[:100]}")
    raw, said = _converted(file, "from_onnx", json.dumps(dict(how)))
    return raw, list(said["notes"]), tuple(map(int, said["size"]))


def _converted(file: Path, module: str, *more: str) -> tuple[bytes, Any]:
    with TemporaryDirectory() as scratch:
        target = Path(scratch) / "weights.safetensors"
        command = [sys.executable, "-m", f"core.checkpoints.{module}", str(file.absolute()), str(target), *more]
        try:
            ended = subprocess.run(
                command, cwd=ROOT, capture_output=True, stdin=subprocess.DEVNULL, timeout=PATIENCE, check=False
            )
        except subprocess.TimeoutExpired as error:
            raise ValueError(f"{file.name} was not read within {PATIENCE:.0f} seconds") from error
        said = ended.stderr.decode(errors="replace").strip().splitlines()
        if ended.returncode == 2 and said:
            raise ValueError(f"{file.name} cannot be converted: {re.sub(r'[^ -~]', '_', said[-1])[:300]}")
        if ended.returncode != 0 or not target.is_file():
            raise ValueError(f"{file.name} cannot be converted: the process that read it has ended before it was done")
        return target.read_bytes(), json.loads(ended.stdout.splitlines()[-1])
