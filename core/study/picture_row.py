"""A finished study as one row of pictures with its numbers, as it lies in the repository for the front page.

`python -m core.recipes.overview_case` computes and writes it.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from core.base.atomic_files import write_whole
from core.base.paths import ASSETS
from core.study.case import Case
from core.study.colour_scale import shared_limit
from core.study.figures import amplification, amplified, overlay, pixels, png
from core.study.measures import spread
from core.study.study import Study
from core.untrusted.foreign_json import read_object

FOLDER = ASSETS / "pictures" / "overview_case"
NUMBERS = "numbers.json"
PICTURES = ("original", "change", "attacked", "before", "after")
MEASURE = "spearman"


@dataclass(frozen=True)
class PictureRow:
    """before, after: the answer and its probability. factor: by which the change is multiplied in its picture.

    moved: rank agreement of the map with the original's, under attack; noise: the same under ordinary noise of that
    size, the lowest and highest of `draws`.
    """

    case: Case
    before: tuple[str, float]
    after: tuple[str, float]
    factor: int
    moved: float
    noise: tuple[float, float]
    draws: int
    made: Mapping[str, str]  # the command and the versions

    @classmethod
    def of(cls, study: Study, made: Mapping[str, str]) -> "PictureRow":
        """The numbers of a complete study with the maps of one explainer."""
        assert study.before is not None
        assert study.attacked is not None
        rows = study.measured[study.case.explainers[0].key]
        attack, noise = spread(rows, MEASURE, "attack"), spread(rows, MEASURE, "noise")
        assert attack is not None
        assert noise is not None
        answers = [(study.labels[each.top], round(each[each.top], 4)) for each in (study.before, study.attacked.after)]
        factor = amplification(study.attacked.image - study.original)
        return cls(study.case, answers[0], answers[1], factor, round(attack[0], 3),
                   (round(noise[1], 3), round(noise[2], 3)), study.case.controls, made)  # fmt: skip

    def to_json(self) -> dict[str, Any]:
        """The JSON form, read back by `from_json`."""
        return {**vars(self), "case": self.case.to_json(), "made": dict(self.made)}

    @classmethod
    def from_json(cls, entry: Mapping[str, Any]) -> "PictureRow":
        tuples = {name: tuple(entry[name]) for name in ("before", "after", "noise")}
        return cls(**{**entry, **tuples, "case": Case.from_json(entry["case"])})


def drawn(study: Study) -> dict[str, bytes]:
    """The pictures of the row, PNG by name."""
    assert study.attacked is not None
    change, maps = study.attacked.image - study.original, study.maps[study.case.explainers[0].key]
    limit = shared_limit(maps)
    found = {
        "original": pixels(study.original),
        "change": amplified(change, amplification(change)),
        "attacked": pixels(study.attacked.image),
        "before": overlay(maps.original, study.original, limit),
        "after": overlay(maps.attacked, study.attacked.image, limit),
    }
    return {name: png(found[name]) for name in PICTURES}


def save(study: Study, made: Mapping[str, str], folder: Path = FOLDER) -> None:
    """Write the pictures and the numbers."""
    for name, content in drawn(study).items():
        write_whole(folder / f"{name}.png", content)
    numbers = json.dumps(PictureRow.of(study, made).to_json(), indent=1) + "\n"
    write_whole(folder / NUMBERS, numbers.encode())


@lru_cache(maxsize=1)
def shipped_row() -> PictureRow:
    """The row of the front page."""
    return PictureRow.from_json(read_object(FOLDER / NUMBERS))
