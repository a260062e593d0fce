"""One row a picture: what it is, what the model answered before and after, and how far each map moved beside noise."""

from collections.abc import Mapping
from typing import Any

from core.base.plain_line import plain_line
from core.casebook.facts import suggested_title
from core.contracts.attack import Attack
from core.study.attack_record import Attacked
from core.study.measures import exceeded, spread
from core.study.study import Study
from core.study.words import no_map

Row = dict[str, Any]
MEASURE = "spearman"  # rank agreement: 1 the same order of pixels, 0 unrelated
NORMS = {float("inf"): "linf", 2.0: "l2", 1.0: "l1", 0.0: "l0"}
FOOLED, HELD, FLAT, UNUSED = "fooled", "held", "no gradient", "not used"
LONGEST = 300
NO_ATTRIBUTION = {"reason": "its pictures say nothing of what spoke for the answer"}


def norm_of(attack: Attack) -> str:
    """The norm in which an attack's change is told: linf, l2, l1 or l0."""
    return NORMS.get(attack.norm, "linf")


def unused(name: str, reason: str, folder: str = "") -> Row:
    """The row of a file that could not be studied."""
    return {"name": plain_line(name, LONGEST), "outcome": UNUSED, "reason": plain_line(reason, LONGEST),
            "folder": folder}  # fmt: skip


def outcome(attacked: Attacked) -> str:
    """Fooled, held, or that it held only because there was no gradient to follow."""
    return FOOLED if attacked.fooled else HELD if attacked.held else FLAT


def row_of(study: Study, name: str, label: int | None, norm: str) -> Row:
    """The row of a study whose attack is finished. label: the picture's true class, None if unknown.

    `right`: whether the answer before was the label's, None without one; `sizes` of the change by norm, `size` in
    that of the attack; `title`: of a case that it would make; `survives`: whether a fooled one still is after saving
    in 8 bits, None for others; `maps`: by explainer, see `map_of`.
    """
    attacked = study.attacked
    assert attacked is not None
    before, after = attacked.before, attacked.after
    return {
        "name": plain_line(name, LONGEST), "image": study.case.image, "study_id": study.case.id,
        "label": None if label is None else plain_line(study.labels[label], LONGEST),
        "right": None if label is None else before.top == label,
        "wrong_after": attacked.fooled if label is None else after.top != label,
        "outcome": outcome(attacked),
        "answer_before": plain_line(study.labels[before.top], LONGEST), "probability_before": before[before.top],
        "answer_after": plain_line(study.labels[after.top], LONGEST), "probability_after": after[after.top],
        "first_answer_after": after[before.top],
        "sizes": dict(attacked.sizes), "size": attacked.sizes[norm], "norm": norm,
        "survives": attacked.survives if attacked.fooled else None,
        "title": suggested_title(study),
        "maps": {each.key: map_of(study, each.key) if each.attribution else dict(NO_ATTRIBUTION)
                 for each in study.case.explainers},
    }  # fmt: skip


def map_of(study: Study, key: str) -> dict[str, Any]:
    """How far a map moved: `agreement` of the attacked image's with the original's (Spearman, -1 to 1), that of the
    maps under ordinary noise as `noise` (mean, lowest, highest), `beyond`: how much lower the first is than the lowest
    of these, and `exceeds`: in how many draws, of how many, noise moved the map less. Else `reason`, in a sentence.
    """
    if reason := study.refused.get(key) or study.failed.get(key):
        return {"reason": plain_line(reason, LONGEST)}
    if key not in study.maps:
        return {"reason": "it was not drawn"}
    if reason := no_map(study.maps[key]):
        return {"reason": plain_line(reason, LONGEST)}
    rows = study.measured[key]
    attack, noise = spread(rows, MEASURE, "attack"), spread(rows, MEASURE, "noise")
    if attack is None or noise is None:
        return {"reason": "its controls were not drawn"}
    less, draws = exceeded(rows, MEASURE)["noise"]
    return {"agreement": attack[0], "noise": list(noise), "beyond": noise[1] - attack[0], "exceeds": [less, draws]}


def moved_beyond(row: Mapping[str, Any]) -> float | None:
    """By how much the map that moved farthest beyond noise did so; None where no map did.

    >>> moved_beyond({"maps": {"lime": {"beyond": 0.25}, "rise": {"beyond": -0.5}, "pgca": {"reason": "none"}}})
    0.25
    """
    found = [each["beyond"] for each in (row.get("maps") or {}).values() if each.get("beyond", 0) > 0]
    return max(found, default=None)
