"""What a manifest says of predictions, of the attack and of the maps: each part as it must be, or an Unreadable."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any, get_args

from core.base.errors import Unreadable
from core.catalog import MAP_DISTANCES
from core.study.attack_record import LONGEST, Attacked
from core.study.case import MOST_DRAWS, Case
from core.study.measures import Comparison
from core.untrusted.json_part import Part

FACTS = ("before", "after", "saved", "target", "sizes", "sizes_saved", "queries", "forwards", "seconds", "ran", "trace")
MAPS = ("classes", "facts", "seconds", "against", "control_seconds", "noise_classes")
MOST_EXPLAINERS = 50
LONG = 10**12  # more seconds, or questions to a model, than any study takes
SUM = 1e-3  # by which probabilities may miss a sum of 1


def probabilities(told: Part, classes: int) -> None:
    """A number from 0 to 1 for each class, of sum 1."""
    values = [each.number(0, 1 + SUM) for each in told.entries(classes, classes)]
    if abs(sum(values) - 1) > SUM:
        told.refuse("probabilities: their sum is not 1")


def attack(told: Part, case: Case, classes: int) -> None:
    """What the attack card says."""
    more = {entry.name for entry in fields(Attacked)} - {"image", *FACTS}
    parts = told.record(FACTS, more)
    for name in ("before", "after", "saved"):
        probabilities(parts[name].record(["probabilities"])["probabilities"], classes)
    if parts["target"].value != case.target or isinstance(parts["target"].value, bool):
        parts["target"].refuse("the target of the case")
    for name in ("sizes", "sizes_saved"):
        for each in parts[name].record(["linf", "l2", "l1", "l0"]).values():
            each.number(0)
    for name in ("queries", "forwards"):
        parts[name].whole(0, LONG)
    parts["seconds"].number(0, LONG)
    parts["ran"].text(2000)
    if "gradient" in parts and not isinstance(parts["gradient"].value, bool):
        parts["gradient"].refuse("true or false")
    for each in parts["trace"].entries(LONGEST + 2):
        point = each.record(["step", "loss", "original", "other"])
        point["step"].whole(0, LONG)
        point["loss"].number()
        for name in ("original", "other"):
            point[name].number(0, 1 + SUM)


def maps(told: Part, case: Case, classes: int) -> None:
    """What is said of the maps of one explainer."""
    parts = told.record(MAPS)
    for each in parts["classes"].entries(2, 2):
        each.whole(0, classes - 1)
    drawn = case.controls if parts["noise_classes"].value else 0
    for each in parts["noise_classes"].entries(drawn, drawn):
        each.whole(0, classes - 1)
    for name in ("seconds", "control_seconds"):
        parts[name].number(0, LONG)
    parts["against"].text(500)
    facts = parts["facts"].record(["original", "attacked"])
    if len({tuple(each.table(50)) for each in facts.values()}) > 1:
        parts["facts"].refuse("the same facts of both images")
    for each in facts.values():
        for value in each.table(50).values():
            value.number()


def rows(told: Part, drawn: Mapping[str, Any], ours: bool) -> None:
    """The rows' form; that none is missing is found where the maps are."""
    seen = set()
    for each in told.entries(MOST_EXPLAINERS * len(MAP_DISTANCES) * (2 * MOST_DRAWS + 2)):
        parts = each.record(["explainer", "comparison", "draw", "measure", "value"])
        parts["explainer"].one_of(drawn)
        parts["comparison"].one_of(get_args(Comparison))
        parts["draw"].whole(0, MOST_DRAWS - 1)
        parts["measure"].one_of(MAP_DISTANCES)
        parts["value"].number()
        seen.add(tuple(parts[name].value for name in ("explainer", "comparison", "draw", "measure")))
    if len(seen) < len(told.value):
        told.refuse("a list of different rows")
    if ours and (left := set(MAP_DISTANCES) - {row[3] for row in seen}) and seen:
        raise Unreadable(f"{told.where} lacks the measure {sorted(left)[0]}")
