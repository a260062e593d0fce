"""Which pictures are chosen, from measurements made up to tell the rules apart."""

import torch

from core.images.samples import gallery
from core.recipes.gallery_stories import Measured, chosen
from core.study.attack_record import Attacked
from core.study.prediction import Prediction

DIGITS = {each.index: each for each in gallery("mnist")}


def attacked(before: float, after: int, sure: float, saved: bool = True) -> Attacked:
    """A digit 0 whose model was so sure of it, and after the attack that sure of `after`."""
    found = Prediction(tuple(sure if label == after else (1 - sure) / 9 for label in range(10)))
    first = Prediction((before, *[(1 - before) / 9] * 9))
    return Attacked(torch.zeros(0), first, found, found if saved else first, None, {}, {}, 1, 1, 0.0, "")


def case(digit: int, full: Attacked, weak: float = 0.5, right: bool = True, twin: Attacked | None = None) -> Measured:
    return Measured(DIGITS[digit], right, full, attacked(0.9, 1, weak), twin)


FALLS = attacked(0.99, 1, 0.99)


def test_those_that_fall_are_ranked_by_how_sure_and_then_by_the_weak_attack() -> None:
    found = [
        case(0, attacked(0.95, 1, 1.0), weak=0.99),
        case(1, attacked(0.993, 1, 0.991), weak=0.6),
        case(2, attacked(0.991, 1, 0.994), weak=0.7),
        case(3, attacked(0.89, 1, 1.0)),  # not sure
        case(4, attacked(0.99, 1, 0.99, saved=False)),  # no longer once it is saved
    ]
    assert [(each.sample.index, kind) for each, kind in chosen(found)] == [(2, "falls"), (1, "falls"), (0, "falls")]


def test_one_that_holds_else_the_twin_and_the_surest_of_the_wrong() -> None:
    wrong = [case(5, FALLS, right=False), case(6, attacked(0.6, 1, 0.99), right=False)]
    held, weakly_held = attacked(0.99, 0, 0.8), attacked(0.99, 0, 0.4)
    falling = [case(digit, FALLS, twin=held) for digit in (0, 1)] + [case(2, FALLS, twin=weakly_held)]
    holds = [case(3, attacked(0.99, 0, 0.7)), case(4, attacked(0.99, 0, 0.9))]
    kinds = [(each.sample.index, kind) for each, kind in chosen([*wrong, *holds, *falling])]
    assert kinds == [(0, "falls"), (1, "falls"), (4, "holds"), (5, "wrong"), (2, "falls")]
    kinds = [(each.sample.index, kind) for each, kind in chosen([*wrong, *falling])]
    assert kinds == [(0, "falls"), (1, "falls"), (2, "twin"), (5, "wrong")]


def test_a_class_is_shown_once() -> None:
    again = next(each for each in gallery("mnist") if each.index == 0 and each.id != DIGITS[0].id)
    twice = [case(0, FALLS), Measured(again, True, FALLS, FALLS, None)]
    assert len(chosen(twice)) == 1
