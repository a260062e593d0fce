"""An attack on some pixels only: it keeps to them, and finds those that decide; rates and paired differences."""

import json
import math
from dataclasses import replace
from math import comb

import pytest
import torch
from torch import Tensor

from core.attacks.pgd import PGD
from core.base.cancellation import Cancelled, CancelScope
from core.base.proportion import Proportion
from core.contracts.toy_models import linear
from core.detection.critical_pixels.attack_on_pixels import PixelsPGD, attacked_on, pixel_sets, spliced
from core.detection.critical_pixels.outcomes import SetOutcomes, mcnemar
from core.evaluation.paired import newcombe_difference
from tests.toys import draw, small

ATTACK = PGD(eps=0.2, step=0.05, steps=6)


def deciding() -> tuple[Tensor, Tensor, Tensor]:
    """Images (40, 2, 4, 4) for a model that reads pixels 0 and 5 alone (`reader`), their labels, and these pixels."""
    chosen = torch.zeros(4, 4, dtype=torch.bool)
    chosen[0, 0] = chosen[1, 1] = True
    images = draw(40, 2, 4, 4) * 0.5 + 0.25
    return images, (images * weights(chosen)).flatten(1).sum(dim=1).lt(0).long(), chosen


def weights(chosen: Tensor) -> Tensor:
    return chosen * torch.tensor([1.0, -1.0])[:, None, None]


READER = linear([weights(deciding()[2]).tolist(), torch.zeros(2, 4, 4).tolist()])


def test_only_the_pixels_change_and_none_by_more_than_the_strength() -> None:
    classifier, images = small(), draw(5, 1, 6, 6)
    labels = classifier.probabilities(images).argmax(dim=1)
    places = (0, 7, 35)
    free = torch.zeros(36, dtype=torch.bool)
    free[list(places)] = True
    found = PixelsPGD(eps=0.1, step=0.02, steps=5, pixels=places)(classifier, images, labels, seed=3)
    change = (found - images).flatten(1)
    assert torch.equal(change[:, ~free], torch.zeros(5, 33))
    assert 0.05 < change[:, free].abs().max() <= 0.1 + 1e-6
    assert found.min() >= 0
    assert found.max() <= 1


def test_on_all_pixels_it_is_pgd() -> None:
    classifier, images = small(), draw(5, 1, 6, 6)
    labels = classifier.probabilities(images).argmax(dim=1)
    for attack in (PGD(eps=0.1, step=0.02, steps=5), PGD(eps=0.1, step=0.02, steps=5, random_start=False)):
        everywhere = PixelsPGD(attack.eps, attack.step, attack.steps, attack.random_start, tuple(range(36)))
        expected = attack(classifier, images, labels, seed=3)
        assert torch.equal(everywhere(classifier, images, labels, seed=3), expected)
    assert torch.equal(replace(everywhere, pixels=())(classifier, images, labels), images)
    with pytest.raises(ValueError, match="from 0 to 35"):
        replace(everywhere, pixels=(36,))(classifier, images, labels)


def test_random_sets_are_of_equal_size_and_of_the_others() -> None:
    _, _, chosen = deciding()
    sets = pixel_sets(chosen, draws=3, seed=1)
    assert list(sets) == ["critical", "others", "all", "random 1", "random 2", "random 3"]
    drawn = [sets[f"random {draw}"] for draw in (1, 2, 3)]
    assert [int(each.sum()) for each in drawn] == [2, 2, 2]
    assert not any((each & chosen).any() for each in drawn)
    assert not torch.equal(drawn[0], drawn[1])
    assert torch.equal(pixel_sets(chosen, seed=1)["random 1"], drawn[0])
    assert int(pixel_sets(~chosen)["random 1"].sum()) == 2, "no more others are left"


def test_pixels_that_decide_are_found_to_matter_and_others_not() -> None:
    images, labels, chosen = deciding()
    sets, seen = pixel_sets(chosen, draws=2), list[tuple[int, int]]()
    for found in (
        attacked_on(READER, images, labels, sets, ATTACK, batch=16, on_done=lambda *each: seen.append(each)),
        spliced(READER, images, ATTACK(READER, images, labels), labels, sets),
    ):
        rates = {name: found.rate(name).value for name in sets}
        assert rates["critical"] == rates["all"] > 0.9
        assert rates["others"] == rates["random 1"] == rates["random 2"] == 0
        against = found.critical_against_random()
        assert against is not None
        assert against["difference"] == pytest.approx(rates["critical"], abs=1e-4)
        assert found.critical_against("others")["p_mcnemar"] < 1e-6
    assert seen[0] == (16, 200)
    assert seen[-1] == (200, 200)


@pytest.mark.parametrize("start", [True, False])
def test_the_attack_is_the_one_that_is_asked_for(start: bool) -> None:
    images, labels, chosen = deciding()
    attack = PGD(eps=0.05, step=0.01, steps=2, random_start=start)
    found = attacked_on(READER, images, labels, pixel_sets(chosen), attack, seed=4)
    expected = attack(READER, images, labels, seed=4)
    assert found.lengths["all"] == pytest.approx(float((expected - images).flatten(1).norm(dim=1).mean()), rel=1e-5)
    assert found.rate("all").hits == int((READER.probabilities(expected).argmax(dim=1) != labels).sum())


def test_images_answered_wrong_do_not_count() -> None:
    images, labels, chosen = deciding()
    labels[:10] = 1 - labels[:10]
    found = attacked_on(READER, images, labels, pixel_sets(chosen), replace(ATTACK, eps=0.001, step=0.001))
    assert found.rate("critical").count == 30
    assert found.rate("critical").value < 0.5
    with pytest.raises(ValueError, match="right"):
        attacked_on(READER, images[:10], labels[:10], pixel_sets(chosen), ATTACK)
    with pytest.raises(ValueError, match="right"):
        spliced(READER, images[:0], images[:0], labels[:0], pixel_sets(chosen))
    with pytest.raises(ValueError, match="attacked images"):
        spliced(READER, images, images[:3], labels, pixel_sets(chosen))


def test_a_splice_takes_the_attacked_values_on_the_set_alone() -> None:
    images, labels, chosen = deciding()
    answers = []

    def watch(shown: Tensor, _: Tensor) -> None:
        answers.append(shown.clone())

    attacked = ATTACK(READER, images, labels)
    with CancelScope(watcher=watch):
        found = spliced(READER, images, attacked, labels, pixel_sets(chosen, draws=0))
    on_set, on_others = answers[1:3]
    assert torch.equal(on_set[:, :, chosen], attacked[:, :, chosen])
    assert torch.equal(on_set[:, :, ~chosen], images[:, :, ~chosen])
    assert torch.equal(on_others[:, :, chosen], images[:, :, chosen])
    assert torch.equal(on_others[:, :, ~chosen], attacked[:, :, ~chosen])
    lengths = (attacked - images)[:, :, chosen].flatten(1).norm(dim=1)
    assert found.lengths["critical"] == pytest.approx(float(lengths.mean()), rel=1e-5)
    assert found.critical_against_random() is None


def test_mcnemar_is_the_exact_binomial_test() -> None:
    for first, second in ((9, 2), (0, 7), (4, 4), (1, 12)):
        every = first + second
        tail = sum(comb(every, k) for k in range(min(first, second) + 1)) / 2**every
        assert mcnemar(first, second) == pytest.approx(min(1, 2 * tail))


def test_what_is_told_is_paired_and_json() -> None:
    ours = torch.tensor([True] * 6 + [False] * 4)
    theirs = [torch.tensor([True] * 2 + [False] * 8), torch.tensor([False] * 9 + [True])]
    fooled = {"critical": ours, "others": ~ours, "all": ours, "random 1": theirs[0], "random 2": theirs[1]}
    found = SetOutcomes("how", dict.fromkeys(fooled, 3), fooled, dict.fromkeys(fooled, 0.5))
    told = json.loads(json.dumps(found.told()))
    assert told["images"] == 10
    assert told["sets"][0]["interval_95"] == pytest.approx(Proportion(6, 10).interval, abs=5e-5)
    paired = {each["against"]: each for each in told["paired"]}
    assert list(paired) == ["others", "random 1", "random 2"]
    expected = newcombe_difference(ours.tolist(), theirs[1].tolist()).entry()
    assert {name: paired["random 2"][name] for name in expected} == expected
    assert (paired["random 1"]["only_critical"], paired["random 1"]["only_other"]) == (4, 0)
    assert (paired["random 2"]["only_critical"], paired["random 2"]["only_other"]) == (6, 1)
    assert paired["random 2"]["p_mcnemar"] == pytest.approx(mcnemar(6, 1))
    each = [0.5] * 2 + [1.0] * 4 + [0.0] * 3 + [-0.5]
    middle = sum(each) / 10
    error = 1.959964 * math.sqrt(sum((value - middle) ** 2 for value in each) / 9 / 10)
    assert told["against_random"]["difference"] == pytest.approx(middle)
    assert told["against_random"]["interval_95"] == pytest.approx([middle - error, middle + error], abs=1e-4)
    assert told["against_random"]["rate"] == pytest.approx(0.15)


def test_it_can_be_stopped() -> None:
    images, labels, chosen = deciding()
    with CancelScope() as scope, pytest.raises(Cancelled):
        attacked_on(READER, images, labels, pixel_sets(chosen), ATTACK, on_done=lambda *_: scope.stop())
