"""Parameters: an earlier name that is still read, and the units in which they are shown."""

from dataclasses import dataclass, fields

import pytest

from core.attacks.pgd import PGD
from core.attacks.pgd_l2 import PGDL2
from core.base.params import Method, from_spec, param, parameter_of, to_spec, with_todays_names
from core.base.units import from_unit, to_unit
from core.catalog import ATTACKS, EXPLAINERS, MAP_DISTANCES, METRICS, OBJECTIVES
from core.training.schedule import Schedule

KINDS = [kind for room in (ATTACKS, EXPLAINERS, OBJECTIVES, METRICS, MAP_DISTANCES) for kind in room.values()]


@dataclass(frozen=True)
class Renamed(Method):
    key = "renamed"

    groups: int = param(4, low=1, high=50, was="turns")
    lr: float = param(0.1, low=0.0, high=1.0)


ROOM = {"renamed": Renamed}


def test_a_spec_with_an_earlier_name_is_read_and_written_with_todays() -> None:
    made = from_spec({"method": "renamed", "turns": 2, "lr": 0.5}, ROOM)
    assert made == Renamed(groups=2, lr=0.5)
    assert to_spec(made) == {"method": "renamed", "groups": 2, "lr": 0.5}
    assert from_spec(to_spec(made), ROOM) == made


def test_an_earlier_name_is_checked_like_todays() -> None:
    with pytest.raises(ValueError, match="expected groups between 1 and 50, got 0"):
        from_spec({"method": "renamed", "turns": 0}, ROOM)
    with pytest.raises(ValueError, match="unknown parameter turn; it has groups, lr"):
        from_spec({"method": "renamed", "turn": 2}, ROOM)


def test_of_both_names_the_later_counts() -> None:
    assert from_spec({"method": "renamed", "groups": 2, "turns": 3}, ROOM) == Renamed(groups=3)
    assert from_spec({"method": "renamed", "turns": 3, "groups": 2}, ROOM) == Renamed(groups=2)


def test_a_parameter_is_found_by_either_name_and_nothing_by_none() -> None:
    groups, lr = fields(Renamed)
    assert parameter_of(Renamed, "groups") == parameter_of(Renamed, "turns") == groups
    assert parameter_of(Renamed, "lr") == lr
    assert parameter_of(Renamed, "") is None  # most parameters had no other name
    assert parameter_of(Renamed, "other") is None
    assert with_todays_names(Renamed, {"turns": 2, "other": 3}) == {"groups": 2, "other": 3}


@pytest.mark.parametrize("kind", [*KINDS, Schedule], ids=lambda kind: kind.key)
def test_no_earlier_name_is_taken(kind: type[Method]) -> None:
    names = [entry.name for entry in fields(kind)]
    earlier = [entry.metadata["was"] for entry in fields(kind) if entry.metadata["was"]]
    assert len(set(names + earlier)) == len(names) + len(earlier)


@pytest.mark.parametrize("kind", [*KINDS, Schedule], ids=lambda kind: kind.key)
def test_every_default_comes_back_from_the_screen(kind: type[Method]) -> None:
    for entry in fields(kind):
        assert from_unit(entry, to_unit(entry, entry.default)) == entry.default


def test_only_fractions_of_the_full_range_are_shown_in_255ths() -> None:
    each_pixel, length = fields(PGD)[0], fields(PGDL2)[0]
    assert to_unit(each_pixel, 51 / 255) == 51.0
    assert from_unit(each_pixel, 51.0) == 51 / 255
    assert to_unit(length, 0.5) == from_unit(length, 0.5) == 0.5
