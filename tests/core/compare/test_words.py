"""What is said of a comparison in words."""

from dataclasses import replace

from core.attacks.pgd import PGD
from core.compare.comparison import SIDES, Comparison, Reach
from core.compare.number_words import size
from core.compare.one_image import compare
from core.compare.words import below, details, headline, reading, shares, transferred
from tests.core.compare.doubles import IMAGE, model, pair


def test_words(compared: Comparison) -> None:
    fooled = [side for side in SIDES if compared.studies[side].attacked.fooled]  # type: ignore[union-attr]
    assert fooled == ["before"]
    assert headline(compared) == "Only the model before refinement is fooled on this picture."
    before, after = details(compared)
    assert before.startswith("Before refinement: ")
    assert " becomes " in before
    assert after.startswith("After refinement: ")
    assert " stays " in after
    assert transferred(compared).count("the answer") == 2
    first, second = (compared.studies[side].before for side in SIDES)
    assert first is not None
    assert second is not None
    neither = next(each for each in range(3) if each not in (first.top, second.top))
    assert headline(compared, neither) == "Both models are wrong on this picture before any attack."
    assert all("though the picture is labelled" in said for said in details(compared, neither))
    assert size(0.0042 / 255, float("inf")) == "0.00/255"


def reach(value: float, share: float = 0.3, wrong: bool = False) -> Reach:
    return Reach(value=value, share=share, region=0.25, rival=1, norm=float("inf"), wrong=wrong)


def test_what_two_bounds_say() -> None:
    said = "After refinement the estimate is 8 times that before it"
    allowed = "8/255 per pixel that the attack was allowed."
    assert reading([reach(0.5 / 255), reach(4 / 255)]) == f"{said}."
    assert reading([reach(0.5 / 255), reach(4 / 255)], 8 / 255) == f"{said}; both are below the {allowed}"
    assert reading([reach(5 / 255), reach(40 / 255)], 8 / 255).endswith(
        f"only the one after refinement is above the {allowed}"
    )
    assert "equally hard" in reading([reach(0.1), reach(0.101)])
    assert (
        reading([reach(0.0, wrong=True), reach(0.1)]) == "Where a model is wrong before any attack, its estimate is 0."
    )
    assert "a larger share" in shares([reach(0.1, 0.27), reach(0.1, 0.45)])
    assert shares([reach(0.1, 0.45), reach(0.1, 0.27)]) == ""


def test_an_attack_below_the_bound_is_pointed_out() -> None:
    found = compare(pair(attack=PGD(eps=64 / 255, step=16 / 255, steps=10), explainers=()), model(7), model(17), IMAGE)
    reach = found.crossings["after"].reach
    assert reach is not None
    for value, said in ((0.9, True), (0.1, False)):
        found.crossings["after"].reach = replace(reach, value=value)
        found.crossings["before"].reach = None
        assert ("needed less than this number after refinement" in below(found)) == said
    found.crossings["after"].reach = replace(reach, value=0.9, wrong=True)
    assert below(found) == ""
