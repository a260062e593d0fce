"""What is kept leaves in the order of its last use, by number and by bytes; what is alive, or used last, stays."""

from dataclasses import dataclass

import torch
from torch import Tensor

from app.background.recent import Recent, size


@dataclass
class Thing:
    tensor: Tensor
    alive: bool = False


def thing(values: int = 1, alive: bool = False) -> Thing:
    return Thing(torch.zeros(values), alive)


def kept(count: int, largest: int = 10**6) -> "Recent[Thing]":
    return Recent(count, lambda each: each.alive, largest)


def test_what_was_used_longest_ago_goes_first() -> None:
    known = kept(3)
    for key in "abc":
        known.put(key, thing())
    assert known.get("a") is not None
    known.put("d", thing())
    assert list(known) == ["c", "a", "d"]
    assert known.get("b") is None


def test_many_bytes_count_as_much_as_many_things() -> None:
    known = kept(9, largest=400)
    for key in "abc":
        known.put(key, thing(40))
    assert list(known) == ["b", "c"]
    known.put("large", thing(400))
    assert list(known) == ["large"], "however large, it is on the screen"


def test_what_is_alive_stays_and_goes_once_it_has_ended() -> None:
    known, going = kept(1), thing(alive=True)
    known.put("going", going)
    known.put("b", thing())
    assert list(known) == ["going", "b"]
    going.alive = False
    known.shrink()
    assert list(known) == ["b"]


def test_what_has_grown_is_weighed_again() -> None:
    known, first = kept(9, largest=400), thing()
    known.put("first", first)
    known.put("second", thing(60))
    first.tensor = torch.zeros(60)
    known.shrink()
    assert list(known) == ["second"]
    assert size(first) == 240


def test_what_another_thread_fills_is_measured_all_the_same() -> None:
    filled: dict[str, Tensor] = {}

    class Growing(Tensor):
        """One of whom the size is asked while another one is added."""

        @property
        def nbytes(self) -> int:
            filled[f"{len(filled)}"] = torch.zeros(1)
            return 4

    filled["first"] = torch.zeros(1).as_subclass(Growing)
    assert size(filled) == 4
