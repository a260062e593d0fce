"""What the card of a model says, checked: class names, the preprocessing, numbers."""

from typing import Any

from core.base.plain_line import plain_line
from core.checkpoints.card import Card
from core.contracts.preprocessing import INTERPOLATIONS, Preprocessing

LARGEST_SIDE = 1024
MOST_CLASSES = 100_000
LARGEST_MEAN, LARGEST_STD = 1.0, 4.0  # of values from 0 to 1: the mean lies among them, and the deviation is below 0.5


def class_names(said: Any, fewest: int = 2) -> tuple[str, ...]:
    """Class names as plain text; ValueError unless they are `fewest` or more different ones."""
    if not isinstance(said, list) or not all(isinstance(label, str) for label in said):
        raise ValueError("expected the labels as a list of names")
    labels = tuple(plain_line(label, 100) for label in said)
    if not fewest <= len(labels) <= MOST_CLASSES or not all(labels):
        raise ValueError(f"expected at least {fewest} labels, none of them empty, got {len(labels)}")
    if len(set(labels)) < len(labels):
        twice = next(label for label in labels if labels.count(label) > 1)
        raise ValueError(f"expected different labels, but {twice!r} stands there more than once")
    return labels


def image_size(said: Any) -> tuple[int, int, int]:
    """(C, H, W), 1 or 3 channels and whole sides; ValueError otherwise."""
    sides = finite_numbers(said, "size", 3)
    if sides[0] not in (1, 3) or not all(1 <= side <= LARGEST_SIDE and side == int(side) for side in sides[1:]):
        raise ValueError(f"expected a size of 1 or 3 channels and whole sides up to {LARGEST_SIDE}, got {sides}")
    return int(sides[0]), int(sides[1]), int(sides[2])


def finite_numbers(said: Any, what: str, count: int) -> tuple[float, ...]:
    """`count` finite numbers; ValueError otherwise."""
    fits = isinstance(said, list | tuple) and len(said) == count
    if not fits or not all(isinstance(n, int | float) and not isinstance(n, bool) and abs(n) < 1e9 for n in said):
        raise ValueError(f"expected {what} as {count} finite number{'s' * (count > 1)}, got {said!r}"[:200])
    return tuple(float(number) for number in said)


def preprocessing(card: Card, usual: Preprocessing) -> Preprocessing:
    """What the card says, and what is usual where it says nothing; ValueError in one sentence if it cannot be."""
    size = image_size(_given(card.size, usual.size))
    usual = usual.at(size)
    mean = finite_numbers(_given(card.mean, usual.mean), "mean", size[0])
    std = finite_numbers(_given(card.std, usual.std), "std", size[0])
    if min(std) <= 0:
        raise ValueError("expected every std to be above 0")
    mean, std = _of_range(card.range, mean, std)
    (resize,) = finite_numbers([_given(card.resize, usual.resize)], "resize", 1)
    if resize != int(resize) or (resize and not max(size[1:]) <= resize <= 4 * LARGEST_SIDE):
        raise ValueError(f"expected a resize of 0 or at least the longer side, {max(size[1:])}, got {resize:g}")
    interpolation = _given(card.interpolation, usual.interpolation)
    if interpolation not in INTERPOLATIONS:
        raise ValueError(f"expected an interpolation of {' or '.join(INTERPOLATIONS)}, got {interpolation!r}"[:200])
    return Preprocessing(size, mean, std, int(resize), interpolation)


def _of_range(said: Any, mean: tuple[float, ...], std: tuple[float, ...]) -> tuple[tuple[float, ...], ...]:
    """mean and std of values from 0 to 1, from those of values between the two ends of a range.

    (low + (high - low) x - mean) / std is (x - m) / s with m = (mean - low) / (high - low), s = std / (high - low).
    ValueError where no range is said and the numbers are plainly those of another than 0 to 1.

    >>> _of_range([-1024, 1024], (0.0,), (1.0,)), _of_range([0, 255], (127.5,), (51.0,))
    (((0.5,), (0.00048828125,)), ((0.5,), (0.2,)))
    """
    if said is None:
        if max(mean) > LARGEST_MEAN or max(std) > LARGEST_STD:
            raise ValueError(
                f"the mean {max(mean):g} and std {max(std):g} are not of values from 0 to 1, as they are here; name "
                "the range that they are for, such as 0 to 255"
            )
        return mean, std
    low, high = finite_numbers(said, "range", 2)
    if not low < high:
        raise ValueError(f"expected a range from a lower to a higher value, got {low:g} to {high:g}")
    return tuple((each - low) / (high - low) for each in mean), tuple(each / (high - low) for each in std)


def _given(said: Any, usual: Any) -> Any:
    return usual if said is None else said
