"""The lot of a window, first guesses that stay, and whatever a browser may say that it remembers."""

from dataclasses import asdict
from typing import Any

import pytest

from app.present.seat import MOST, Seat

UID, OTHER = "0" * 16, "1" * 16


def test_a_guess_is_made_once_and_not_after_it_was_told() -> None:
    seat = Seat()
    assert seat.can_be_blind(UID)
    assert not seat.guess(UID, "up")
    assert seat.guess(UID, "left")
    assert not seat.guess(UID, "right")
    seat.tell(UID)
    assert seat.guesses == {UID: "left"}
    assert seat.can_be_blind(UID), "it was asked, and what was said is shown again"
    seat.tell(OTHER)
    assert not seat.can_be_blind(OTHER)
    assert not seat.guess(OTHER, "left")


def test_a_window_loaded_again_draws_the_same_lot() -> None:
    seat = Seat()
    again = Seat.read({"seed": seat.seed, "guesses": {UID: "cannot tell"}, "told": [OTHER]})
    assert (again.guesses, again.told) == ({UID: "cannot tell"}, [OTHER])
    assert [again.attacked_side(f"{n:016x}") for n in range(50)] == [seat.attacked_side(f"{n:016x}") for n in range(50)]
    assert len({Seat().attacked_side(UID) for _ in range(40)}) == 2, "another window draws its own"


@pytest.mark.parametrize(
    "found",
    [None, 3, "x", [], {}, {"seed": "x", "guesses": {}, "told": []}, {"seed": "ab" * 8, "guesses": 1, "told": []},
     {"seed": "ab" * 8, "guesses": {}, "told": 1}, {"seed": {}, "guesses": {}, "told": []}],
)  # fmt: skip
def test_anything_else_is_a_new_seat(found: Any) -> None:
    seat = Seat.read(found)
    assert (seat.guesses, seat.told) == ({}, [])


def test_what_is_no_case_or_no_guess_is_left_out() -> None:
    found = {"seed": "ab" * 8, "guesses": {UID: "up", "../x": "left", OTHER: "right"}, "told": ["x", [], UID, None]}
    seat = Seat.read(found)
    assert (seat.guesses, seat.told) == ({OTHER: "right"}, [UID])


def test_a_guess_goes_into_one_answer_also_when_the_window_is_loaded_again() -> None:
    seat = Seat()
    seat.guess(UID, "left")
    seat.spend(UID)
    seat.spend(UID)
    assert seat.spent == Seat.read(asdict(seat)).spent == [UID]
    assert Seat.read({"seed": seat.seed, "guesses": {}, "told": [], "spent": 3}).spent == []


def test_it_does_not_grow_without_end() -> None:
    seat = Seat()
    for number in range(MOST + 20):
        seat.tell(f"{number:016x}")
    assert len(seat.told) == MOST
