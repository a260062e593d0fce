"""Every score of a detection study in one file, so that what is told of detectors can be computed again."""

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path

from core.base.atomic_files import write_whole
from core.detection.scoring.trained_detectors import Scored
from core.detection.sources import Sources

COLUMNS = ("detector", "learnt_from", "part", "image", "attack", "strength", "fooled", "score")


def write_scores(path: Path, scored: Sequence[Scored], sources: Mapping[str, Sources]) -> None:
    """A row for each detector, way of learning, image, attack and strength; `image`: its place in its split.

    Originals have no attack and strength 0. Scores are written so that they read back as the same single-precision
    numbers.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for each in scored:
        places = sources[each.part].places.tolist()
        for place, fooled, score in zip(places, each.fooled.tolist(), each.scores.tolist(), strict=True):
            writer.writerow([each.name, "+".join(each.way), each.part, place, each.attack, f"{each.strength:.6g}",
                             int(fooled), f"{score:.9g}"])  # fmt: skip
    write_whole(path, out.getvalue().encode())
