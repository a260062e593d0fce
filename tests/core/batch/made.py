"""Digits of the gallery as files in folders of their classes, and rows as a batch writes them."""

import zipfile
from pathlib import Path
from typing import Any

from core.images.samples import gallery

BROKEN = b"\x89PNG\r\n\x1a\nrubbish"


def digits(folder: Path, count: int = 3, broken: bool = True) -> Path:
    """A folder with `count` digits in folders named after them, one broken picture, and one file that is none."""
    for sample in gallery("mnist")[:count]:
        place = folder / sample.label.removeprefix("digit ")
        place.mkdir(parents=True, exist_ok=True)
        (place / sample.path.name).write_bytes(sample.path.read_bytes())
    if broken:
        (folder / "broken.png").write_bytes(BROKEN)
        (folder / "labels.csv").write_text("a,b")
    return folder


def zipped(folder: Path, into: Path) -> Path:
    """The files of a folder as a ZIP."""
    with zipfile.ZipFile(into, "w") as archive:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                archive.write(path, path.relative_to(folder))
    return into


def row(name: str, outcome: str = "fooled", **more: Any) -> dict[str, Any]:
    """A row of a picture that shows a cat."""
    fooled = outcome == "fooled"
    return {
        "name": name, "image": "upload/" + "0" * 16, "study_id": "0" * 16, "label": "cat", "right": True,
        "wrong_after": fooled, "outcome": outcome, "answer_before": "cat", "probability_before": 0.9,
        "answer_after": "dog" if fooled else "cat", "probability_after": 0.8, "first_answer_after": 0.1, "norm": "linf",
        "sizes": {"linf": 0.2, "l2": 3.0, "l1": 9.0, "l0": 50.0}, "size": 0.2, "survives": True if fooled else None,
        "title": "cat taken for dog", "maps": {}, "step": 0,
    } | more  # fmt: skip
