"""Shares with intervals, and the sentence of worth, also where there is next to nothing to tell."""

import json

import pytest
import torch

from core.base.proportion import Proportion
from core.detection.adaptive.adaptive_summary import Comparison, Fates, share, worth


def fates(fooled: str, detected: str) -> Fates:
    """Of strings such as "1101"."""
    one, other = (torch.tensor([each == "1" for each in which], dtype=torch.bool) for which in (fooled, detected))
    return Fates(one, other)


def test_who_passes_fooled_and_was_not_detected() -> None:
    found = fates("110100", "100010")
    assert found.passed.tolist() == [False, True, False, True, False, False]
    told = found.told()
    assert {name: each["hits"] for name, each in told.items()} == {
        "fooled": 3, "passed": 2, "fooled_and_detected": 1, "detected": 2,
    }  # fmt: skip
    assert {each["count"] for each in told.values()} == {6}
    assert told["passed"]["share"] == pytest.approx(1 / 3)


def test_a_share_has_wilsons_interval() -> None:
    from scipy.stats import binomtest

    for hits, count in ((0, 30), (7, 50), (200, 200)):
        wanted = binomtest(hits, count).proportion_ci(method="wilson")
        assert share(hits, count)["interval_95"] == pytest.approx([wanted.low, wanted.high], abs=1e-4)


def test_what_is_told_is_json_and_leaves_out_what_was_not_tried() -> None:
    knowing, unknowing = fates("111", "001"), fates("111", "111")
    short = Comparison(knowing, unknowing)
    assert list(short.told()) == ["images", "knowing", "unknowing"]
    told = json.loads(json.dumps(Comparison(knowing, unknowing, fates("000", "000"), fates("010", "100")).told()))
    assert told["images"] == 3
    assert told["knowing"]["passed"]["hits"] == 2
    assert told["unknowing"]["passed"]["hits"] == 0
    assert told["detector_only"]["fooled"]["hits"] == 0
    assert told["noise"]["passed"]["hits"] == 1
    none = torch.zeros(0, dtype=torch.bool)
    assert json.dumps(Comparison(Fates(none, none), Fates(none, none)).told(), allow_nan=False)


@pytest.mark.parametrize(("fooled", "detected"), [("11", "1"), ("1", "11")])
def test_lists_of_other_lengths_are_refused(fooled: str, detected: str) -> None:
    with pytest.raises(ValueError, match="equal length"):
        fates(fooled, detected)
    with pytest.raises(ValueError, match="same images"):
        Comparison(fates(fooled, fooled), fates(detected, detected))


def sentence(recognised: tuple[int, int] | None, alarms: tuple[int, int], passing: tuple[int, int] | None) -> list[str]:
    """The three parts of the sentence."""
    told = worth(
        None if recognised is None else Proportion(*recognised), Proportion(*alarms),
        None if passing is None else Proportion(*passing),
    )  # fmt: skip
    assert told.endswith(".")
    assert not told.endswith("..")
    first, last = told.removesuffix(".").split("; ")
    return [*first.split(", "), last]


def test_the_sentence_of_worth() -> None:
    assert sentence((90, 100), (5, 100), (40, 100)) == [
        "It recognises 90 % of the attacks it has not seen", "at one false alarm in 20",
        "an attacker who knows of it passes 40 % of the time",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("recognised", "words"),
    [
        ((0, 100), "It recognises none of the attacks it has not seen"),
        ((100, 100), "It recognises all of the attacks it has not seen"),
        ((1, 1000), "It recognises less than 1 % of the attacks it has not seen"),
        ((999, 1000), "It recognises more than 99 % of the attacks it has not seen"),
        ((3, 4), "It recognises 75 % of the attacks it has not seen (4 images only)"),
        ((1, 1), "It recognises all of the attacks it has not seen (1 image only)"),
        ((0, 0), "No attack that it has not seen was tried on it"),
        (None, "No attack that it has not seen was tried on it"),
    ],
)
def test_how_much_it_recognises(recognised: tuple[int, int] | None, words: str) -> None:
    assert sentence(recognised, (5, 100), (4, 100))[0] == words


@pytest.mark.parametrize(
    ("alarms", "words"),
    [
        ((1, 3000), "at one false alarm in 3,000"),
        ((20, 100), "at one false alarm in 5"),
        ((40, 100), "at a false alarm for 40 % of the originals"),
        ((100, 100), "at a false alarm for every original"),
        ((0, 1), "without a false alarm in 1 original"),
        ((0, 1000), "without a false alarm in 1,000 originals"),
        ((0, 0), "its false alarms not counted"),
    ],
)
def test_how_often_it_is_wrong(alarms: tuple[int, int], words: str) -> None:
    assert sentence((5, 100), alarms, (4, 100))[1] == words


@pytest.mark.parametrize(
    ("passing", "words"),
    [
        ((0, 200), "an attacker who knows of it never passed with 200 images"),
        ((0, 1), "an attacker who knows of it never passed with 1 image"),
        ((200, 200), "an attacker who knows of it passed with all 200 images"),
        ((1, 1), "an attacker who knows of it passed with the one image"),
        ((5, 10), "an attacker who knows of it passes 50 % of the time (10 images only)"),
        ((0, 0), "no attacker who knows of it was tried"),
        (None, "no attacker who knows of it was tried"),
    ],
)
def test_how_often_an_attacker_who_knows_passes(passing: tuple[int, int] | None, words: str) -> None:
    assert sentence((5, 100), (4, 100), passing)[2] == words
