"""What this browser window remembers of the cases that were walked through in it: the lot, guesses, what was told."""

import hashlib
import secrets
from dataclasses import asdict, dataclass, field
from typing import Any, get_args

import streamlit as st

from app.ui.presenting import memory
from app.ui.state import keep, kept
from core.casebook.answers import Guess, Hand
from core.casebook.places import is_uid

NAME, MOST = "present", 500  # cases
ELSEWHERE = "told elsewhere"
GUESSES: tuple[Guess, ...] = get_args(Guess)


@dataclass
class Seat:
    """seed: of the lots of this window. guesses: by case. told: the cases whose attacked image was named here.

    spent: the cases with whose guess an answer was saved: who answers then has been told, or is somebody else.
    """

    seed: str = field(default_factory=lambda: secrets.token_hex(8))
    guesses: dict[str, Guess] = field(default_factory=dict)
    told: list[str] = field(default_factory=list)
    spent: list[str] = field(default_factory=list)

    def attacked_side(self, uid: str) -> Hand:
        """On which side the attacked image of a case is: by lot, and always the same in one window.

        >>> sides = [Seat("a").attacked_side(f"{number:016x}") for number in range(1000)]
        >>> 400 < sides.count("left") < 600, sides[0] == Seat("a").attacked_side("0" * 16)
        (True, True)
        """
        drawn = hashlib.sha256(f"{self.seed} {uid}".encode()).digest()[0] & 1
        return "left" if drawn else "right"

    def can_be_blind(self, uid: str) -> bool:
        """Whether the question can still be asked, or was, before it was told here which image is the attacked one."""
        return uid in self.guesses or uid not in self.told

    def guess(self, uid: str, said: object) -> bool:
        """Note a first guess; whether it was one."""
        if uid in self.guesses or uid in self.told or said not in GUESSES:
            return False
        self.guesses[uid] = next(each for each in GUESSES if each == said)
        return True

    def tell(self, uid: str) -> None:
        """Note that it was told here which image of a case is the attacked one."""
        if uid not in self.told:
            self.told = [*self.told, uid][-MOST:]

    def spend(self, uid: str) -> None:
        """Note that the guess of a case went into an answer."""
        if uid not in self.spent:
            self.spent = [*self.spent, uid][-MOST:]

    @classmethod
    def read(cls, found: Any) -> "Seat":
        """What a window remembers; a new one where that is nothing, or not what this wrote.

        >>> Seat.read({"seed": "ab" * 8, "guesses": {"0" * 16: "left"}, "told": ["1" * 16]}).guesses
        {'0000000000000000': 'left'}
        >>> Seat.read({"seed": 3, "guesses": [], "told": [[]]}).told
        []
        """
        entry = found if isinstance(found, dict) else {}
        seed, guesses, told = (entry.get(name) for name in ("seed", "guesses", "told"))
        if not isinstance(seed, str) or not is_uid(seed) or not isinstance(guesses, dict) or not isinstance(told, list):
            return cls()
        sound = {uid: next(each for each in GUESSES if each == said) for uid, said in list(guesses.items())[:MOST]
                 if isinstance(uid, str) and is_uid(uid) and said in GUESSES}  # fmt: skip
        return cls(seed, sound, _uids(told), _uids(entry.get("spent")))


def _uids(found: Any) -> list[str]:
    told = found[:MOST] if isinstance(found, list) else []
    return [uid for uid in told if isinstance(uid, str) and is_uid(uid)]


def take_seat() -> Seat | None:
    """What this window remembers; None until it has said so, which takes a moment after it was loaded."""
    seat: Seat | None = kept(NAME, None)
    if seat is None:
        with st.container(key="remembered"):
            told = memory(NAME, None, "memory")
        if told is None:
            return None
        seat = Seat.read(told.get("found") if isinstance(told, dict) else None)
        keep(NAME, seat)
        st.rerun()
    for uid in kept(ELSEWHERE, []):
        seat.tell(uid)
    return seat


def tell_elsewhere(uid: str) -> None:
    """Note that another page shows a case to the reader of this window, and so which image is the attacked one."""
    if not is_uid(uid):
        return
    keep(ELSEWHERE, [*dict.fromkeys((*kept(ELSEWHERE, []), uid))][-MOST:])
    if (seat := take_seat()) is not None:
        keep_seat(seat)


def keep_seat(seat: Seat) -> None:
    """Have the window remember it, for when it is loaded again; called at the end of a run."""
    with st.container(key="remembered"):
        memory(NAME, asdict(seat), "memory")
