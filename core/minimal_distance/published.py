"""What was published of ARA, to stand beside what is measured here."""

import json
from dataclasses import dataclass

from core.base.paths import ASSETS

FILE = ASSETS / "published" / "woods_2019.json"


@dataclass(frozen=True)
class PublishedArea:
    """One network of the table, `file`: accuracy as a fraction, ARA in RMS; train_loss, final_psi: of training."""

    file: str
    trained: str
    accuracy: float
    attack_ara: float
    btr_ara: float
    train_loss: float | None = None
    final_psi: float | None = None


@dataclass(frozen=True)
class PublishedTable:
    """`rows` on the first `count` images that `seed` draws from the split of `data`; `doubtful`: sentences on what is
    doubtful or not comparable.
    """

    title: str
    source: str
    cite: str
    data: str
    split: str
    count: int
    seed: int
    steps: int
    rows: tuple[PublishedArea, ...]
    doubtful: tuple[str, ...]


def woods_2019() -> PublishedTable:
    """The table of the authors' README.

    >>> [(row.file, row.attack_ara) for row in woods_2019().rows][-1]
    ('resnet44-all.pt', 0.0188)
    """
    said = json.loads(FILE.read_text(encoding="utf-8"))
    rows = tuple(PublishedArea(**row) for row in said.pop("rows"))
    return PublishedTable(rows=rows, doubtful=tuple(said.pop("doubtful")), **said)
