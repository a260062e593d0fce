"""What is taken along of a study: its critical pixels, class by class, as rows."""

import csv
import io

from core.detection.reporting.exports import pixels_csv, rows_csv
from tests.core.detection.told import told_pixels


def test_critical_pixels_are_rows_by_reading_and_class() -> None:
    told = told_pixels()["pixels"]
    rows = list(csv.DictReader(io.StringIO(pixels_csv(told, 24))))
    assert [(row["reading"], row["class"]) for row in rows] == [
        (reading, name) for reading in ("generation", "detection") for name in ("", "digit 0", "digit 1", "digit 2")
    ]
    assert (rows[0]["images"], rows[0]["overlap"], rows[1]["images"]) == ("24", "1.0", "8")
    assert [int(place) for place in rows[5]["places"].split()] == told["detection"]["per_class"]["digit 0"]["chosen"]
    for name in ("per_class", "class_overlap", "left_out"):
        del told["generation"][name], told["detection"][name]
    assert len(list(csv.DictReader(io.StringIO(pixels_csv(told, 24))))) == 2, "of a study from before"


def test_a_row_of_a_detector_has_its_title() -> None:
    share = {"share": 0.5}
    row = {"detector": "signature_cnn linear", "learnt_from": ["FGSM", "PGD"], "detected": share, "false_alarms": share}
    (found,) = csv.DictReader(io.StringIO(rows_csv([row], {"signature_cnn linear": "Network (linear values)"})))
    assert (found["title"], found["learnt_from"], found["detected"]) == ("Network (linear values)", "FGSM+PGD", "0.5")
