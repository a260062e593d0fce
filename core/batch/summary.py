"""What the rows of a batch come to: how many were fooled, of how many, with an interval; and by explainer."""

from collections.abc import Mapping, Sequence
from typing import Any

from core.base.proportion import Proportion
from core.batch.picture_rows import FLAT, FOOLED, HELD, UNUSED

Row = Mapping[str, Any]


def summary(rows: Sequence[Row]) -> dict[str, Any]:
    """`count` rows, of which `studied`; `labelled` with a known class and `right` of these; `fooled` of `attacked`.

    Where classes are known, `attacked` are the pictures that the model got right, `unlabelled` and `wrong` aside;
    where none is, all that were studied. `interval_95`: Wilson's, of that share. `survive`: how many of the fooled
    stay so after saving in 8 bits. `flat`: how many of the attacked gave no gradient to follow. `maps`: by explainer
    how many pictures it has maps of, and on how many these moved more than under every draw of noise.
    """
    studied = [row for row in rows if row["outcome"] != UNUSED]
    labelled = [row for row in studied if row["right"] is not None]
    right = [row for row in labelled if row["right"]]
    base = right if labelled else studied
    fooled = [row for row in base if row["outcome"] == FOOLED]
    found: dict[str, Any] = {
        "count": len(rows), "studied": len(studied), "labelled": len(labelled), "right": len(right),
        "wrong": len(labelled) - len(right), "unlabelled": len(studied) - len(labelled), "attacked": len(base),
        "fooled": len(fooled), "held": sum(row["outcome"] == HELD for row in base),
        "flat": sum(row["outcome"] == FLAT for row in base), "survive": sum(bool(row["survives"]) for row in fooled),
        "unused": len(rows) - len(studied), "maps": _maps(studied),
    }  # fmt: skip
    if base:
        low, high = Proportion(len(fooled), len(base)).interval
        found |= {"share": len(fooled) / len(base), "interval_95": [max(low, 0.0), min(high, 1.0)]}
    return found


def _maps(studied: Sequence[Row]) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    for row in studied:
        for key, told in row["maps"].items():
            mine = found.setdefault(key, {"drawn": 0, "beyond": 0, "none": 0})
            if "agreement" not in told:
                mine["none"] += 1
                continue
            less, draws = told["exceeds"]
            mine["drawn"] += 1
            mine["beyond"] += less == draws
    return found
