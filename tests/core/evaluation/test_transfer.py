"""Attacks carried over from networks of which it can be said by hand what they teach an attack."""

import pytest
import torch

from core.contracts.classifier import Classifier
from core.contracts.interfaces import Images
from core.contracts.toy_models import linear
from core.evaluation.transfer import STEPS, attacks, carried_over, worst

WIDTH, EPS = 12, 51 / 255
KEYS = ["mi_fgsm", "di_fgsm", "ti_fgsm"]


def comparing(first: int, second: int) -> Classifier:
    """Says class 0 where the pixel `first` is the lighter one, and class 1 where `second` is."""
    weights = torch.zeros(2, 1, 1, WIDTH)
    weights[0, 0, 0, first] = weights[1, 0, 0, second] = 4.0
    return linear(weights.tolist())


MEASURED = comparing(0, WIDTH - 1)
SURROGATES = {"like it": comparing(0, WIDTH - 1), "contrary": comparing(WIDTH - 1, 0), "elsewhere": comparing(4, 7)}


def pictures(*ends: tuple[int, int]) -> Images:
    """One picture for each (lightness of the first pixel, of the last), all of class 0."""
    images = torch.full((len(ends), 1, 1, WIDTH), 128, dtype=torch.uint8)
    for image, (first, last) in zip(images, ends, strict=True):
        image[0, 0, 0], image[0, 0, -1] = first, last
    return Images(images, torch.zeros(len(ends), dtype=torch.long), MEASURED.labels)


def test_what_is_carried_over_is_what_the_surrogate_teaches() -> None:
    """Clear, near, wrong by little, wrong by far; an attack moves each end by 51 at most."""
    found = carried_over(MEASURED, pictures((250, 5), (138, 118), (118, 138), (5, 250)), SURROGATES, EPS)
    assert list(found) == KEYS
    for by_name in found.values():
        assert list(by_name) == list(SURROGATES)
        assert by_name["like it"].tolist() == [True, False, False, False]
        assert by_name["contrary"].tolist() == [True, True, True, False], "what misleads the one helps the other"
        assert by_name["elsewhere"].tolist() == [True, True, False, False]
    assert worst(found).tolist() == [True, False, False, False]


def test_one_attack_is_enough_to_lose_an_image() -> None:
    kept, lost = torch.tensor([True, True, True]), torch.tensor([True, False, True])
    assert worst({"a": {"s": kept, "t": kept}, "b": {"s": lost, "t": torch.tensor([True, True, False])}}).tolist() == [
        True, False, False
    ]  # fmt: skip


def test_attacks_are_of_the_strength_and_steps_that_are_told() -> None:
    for attack, key in zip(attacks(EPS), KEYS, strict=True):
        spec = vars(attack)
        assert (attack.key, spec["eps"], spec["step"], spec["steps"]) == (key, EPS, pytest.approx(EPS / 10), STEPS)
    assert vars(attacks(0.5 / 255)[0])["step"] == pytest.approx(0.1 / 255), "the smallest that there is"


def test_only_the_first_are_attacked_and_every_attack_is_told() -> None:
    said: list[str] = []
    found = carried_over(MEASURED, pictures(*[(250, 5)] * 5), SURROGATES, EPS, count=3, say=said.append)
    assert all(len(correct) == 3 for by_name in found.values() for correct in by_name.values())
    assert len(said) == len(set(said)) == 9
    assert said[0] == "3 of 3 right under MI-FGSM made on like it"


def test_surrogates_that_do_not_do_are_refused() -> None:
    two = {name: SURROGATES[name] for name in ("like it", "contrary")}
    with pytest.raises(ValueError, match="at least 3 classifiers to carry attacks over from, got 2"):
        carried_over(MEASURED, pictures((250, 5)), two, EPS)
    wide = linear(torch.zeros(2, 1, 1, WIDTH + 1).tolist())
    more = linear(torch.zeros(3, 1, 1, WIDTH).tolist())
    for other in (wide, more):
        with pytest.raises(ValueError, match="from odd, whose classes or images are others"):
            carried_over(MEASURED, pictures((250, 5)), two | {"odd": other}, EPS)
