"""No picture stands in two sets, whichever splits they come from."""

import hashlib

import pytest
import torch
from torch import Tensor

from core.base.cancellation import Cancelled, CancelScope
from core.detection.source_split import SourceSets, source_sets, split


def pictures(count: int, first: int = 0) -> Tensor:
    """`count` different ones, (N, 3, 4, 4)."""
    numbers = torch.arange(first, first + count)[:, None].expand(-1, 48).clone()
    numbers[:, 0] = numbers[:, 0] // 256
    return (numbers % 256).to(torch.uint8).reshape(-1, 3, 4, 4)


def digests(images: Tensor, places: Tensor) -> set[str]:
    return {hashlib.sha256(bytes(images[place].flatten().tolist())).hexdigest() for place in places.tolist()}


def parts(found: SourceSets) -> tuple[Tensor, Tensor, Tensor]:
    return found.learning, found.calibration, found.testing


def test_places_are_drawn_once_each_by_the_seed() -> None:
    sets = split(100, 30, 20, 50, seed=1)
    assert [len(each) for each in sets] == [30, 20, 50]
    assert sorted(torch.cat(sets).tolist()) == list(range(100))
    again, other = split(100, 30, 20, 50, seed=1), split(100, 30, 20, 50, seed=2)
    assert all(torch.equal(first, second) for first, second in zip(sets, again, strict=True))
    assert not torch.equal(sets[0], other[0])


def test_without_repeated_pictures_the_sets_are_those_of_split() -> None:
    found = source_sets(pictures(60), None, learning=20, calibration=10, testing=15, seed=3)
    assert all(torch.equal(a, b) for a, b in zip(parts(found), split(60, 20, 10, 15, seed=3), strict=True))
    assert found.repeated == 0


@pytest.mark.parametrize("seed", range(5))
def test_a_picture_that_comes_again_within_a_split_is_passed_over(seed: int) -> None:
    """Every picture stands in the data twice: drawn blindly, about half of the sets would share pictures."""
    images = pictures(50).repeat(2, 1, 1, 1)
    blind = [digests(images, each) for each in split(100, 15, 15, 15, seed)]
    assert blind[0] & blind[1] or blind[0] & blind[2] or blind[1] & blind[2]
    found = source_sets(images, None, learning=15, calibration=15, testing=15, seed=seed)
    sets = [digests(images, each) for each in parts(found)]
    assert [len(each) for each in sets] == [15, 15, 15]  # and none is twice in a set
    assert not sets[0] & sets[1]
    assert not sets[0] & sets[2]
    assert not sets[1] & sets[2]
    assert found.repeated > 0


@pytest.mark.parametrize("seed", range(5))
def test_a_picture_of_the_training_split_in_the_test_split_is_passed_over(seed: int) -> None:
    train, test = pictures(40), torch.cat([pictures(30), pictures(40, first=1000)])
    found = source_sets(train, test, learning=20, calibration=20, testing=40, seed=seed)
    assert not digests(test, found.testing) & digests(train, torch.arange(40))
    assert sorted(found.testing.tolist()) == list(range(30, 70))


def test_a_picture_in_the_test_split_stays_where_its_twin_is_in_no_set() -> None:
    train = pictures(100)
    found = source_sets(train, train.clone(), learning=5, calibration=5, testing=60, seed=0)
    taken = set(found.learning.tolist()) | set(found.calibration.tolist())
    assert len(found.testing) == 60
    assert not taken & set(found.testing.tolist())


def test_too_few_are_told_in_a_sentence() -> None:
    with pytest.raises(ValueError, match=r"^5 images to learn from, 5 to calibrate on and 5 to test with are 15, and"):
        split(14, 5, 5, 5, seed=0)
    with pytest.raises(ValueError, match=r"^10 images were asked for testing, and only 0 are left .*[^.]$"):
        source_sets(pictures(10).repeat(3, 1, 1, 1), None, learning=5, calibration=5, testing=10, seed=0)
    with pytest.raises(ValueError, match=r"^6 images were asked for calibration, and only 5 are left"):
        source_sets(pictures(10), pictures(10), learning=5, calibration=6, testing=1, seed=0)


def test_it_can_be_stopped() -> None:
    with CancelScope() as scope:
        scope.stop()
        with pytest.raises(Cancelled):
            source_sets(pictures(10), None, learning=5, calibration=2, testing=2, seed=0)
